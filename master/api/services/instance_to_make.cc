#include "master/api/services/instance_to_make.h"

#include "common/base/text.h"
#include "master/api/services/names_of.h"

namespace edm::master {

Result<Instance> InstanceToMake(const State& state, const std::string& id, const std::string& owner,
                                const std::string& project, InstanceSpec spec,
                                const std::map<std::string, std::string>& environment) {
  Instance instance;
  instance.id = id;
  instance.owner = owner;
  instance.project = project;
  instance.spec = std::move(spec);
  for (const auto& [name, value] : environment) instance.spec.environment[name] = value;
  EDM_CHECK(CompleteAndCheck(instance));
  const auto there = state.instances.Find(id);
  if (there && !owner.empty() && Folded(owner) != Folded(there->instance.owner)) {
    return Error{Code::kAlreadyExists,
                 "instance " + id,
                 "it belongs to owner " + there->instance.owner,
                 {},
                 "choose another id"};
  }
  return instance;
}

}  // namespace edm::master
