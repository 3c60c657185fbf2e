#include "master/core/create_instance.h"

#include <fmt/format.h>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/count_on.h"
#include "master/core/idempotency.h"
#include "master/core/members.h"
#include "master/core/not_found.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

Status CheckCase(const State& state, const Instance& wanted) {
  for (const auto& [id, record] : state.instances.all()) {
    const auto& other = record->instance;
    const bool same_owner = Folded(other.owner) == Folded(wanted.owner);
    if (same_owner && other.owner != wanted.owner) {
      return Error{Code::kAlreadyExists,
                   "owner " + wanted.owner,
                   "owner " + other.owner + " is there in other capitals",
                   {},
                   "use " + other.owner};
    }
    if (same_owner && other.project != wanted.project && Folded(other.project) == Folded(wanted.project)) {
      return Error{Code::kAlreadyExists,
                   "project " + wanted.project,
                   "project " + other.project + " is there in other capitals",
                   {},
                   "use " + other.project};
    }
  }
  return Ok();
}

// Where it may run: counts from its next placement on.
void UpdateWishes(InstanceSpec& spec, const UpdateInstance& command) {
  if (command.memory_mib) spec.memory_mib = *command.memory_mib;
  if (command.cpus) spec.cpus = *command.cpus;
  if (command.requirements) spec.requirements = *command.requirements;
  for (const auto& [key, value] : command.worker_labels) {
    if (value.empty()) {
      spec.worker_labels.erase(key);
    } else {
      spec.worker_labels[key] = value;
    }
  }
}

}  // namespace

Status AddInstance(Draft& draft, Instance instance) {
  const auto& state = draft.state();
  if (const auto there = state.instances.Find(instance.id)) {
    return Error{Code::kAlreadyExists,
                 "instance " + instance.id,
                 fmt::format("it is there already, of {}/{}", there->instance.owner, there->instance.project),
                 {},
                 "choose another id, or deploy to it"};
  }
  if (state.instances.size() >= kInstancesMax) {
    return Error{
        Code::kResourceExhausted, "instances", "the cluster holds 10,000 already", {}, "delete some first"};
  }
  EDM_CHECK(CheckCase(state, instance));
  InstanceRecord record;
  record.instance = std::move(instance);
  record.instance.created_at = draft.now().wall;
  CountOn(state, record);
  const auto id = record.instance.id;
  draft.PutSpec(record);
  draft.PutStatus(*draft.state().instances.Find(id));
  draft.Event({{}, "instance.created", id, "", "", ""});
  return Ok();
}

Result<Accepted> Create(Draft& draft, const CreateInstance& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  EDM_CHECK(AddInstance(draft, command.instance));
  const Accepted accepted{command.instance.id, "", "", false};
  Remember(draft, command.origin, accepted);
  return accepted;
}

Result<Accepted> Update(Draft& draft, const UpdateInstance& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const auto found = draft.state().instances.Find(command.id);
  if (found == nullptr) return NoSuch("instance", command.id, draft.state().instances, "edmctl ls");
  if (command.revision && *command.revision != found->instance.revision) {
    return Error{Code::kAborted,
                 "instance " + command.id,
                 fmt::format("its revision is {}, not {}", found->instance.revision, *command.revision),
                 {},
                 "read it again, and change what you find"};
  }
  if (IsMember(command.id)) return BelongsToSet(command.id);
  auto record = *found;
  auto& instance = record.instance;
  if (command.description) instance.description = *command.description;
  if (command.template_name) instance.spec.template_name = *command.template_name;
  if (command.branch) instance.spec.branch = *command.branch;
  for (const auto& [key, value] : command.annotations) instance.annotations[key] = value;
  UpdateWishes(instance.spec, command);
  if (command.replace_environment) instance.spec.environment.clear();
  for (const auto& [key, value] : command.environment) instance.spec.environment[key] = value;
  draft.PutSpec(std::move(record));
  ShareSpec(draft, command.id);
  draft.Event({{}, "instance.updated", command.id, "", "", ""});
  const Accepted accepted{command.id, "", "", false};
  Remember(draft, command.origin, accepted);
  return accepted;
}

}  // namespace edm::master
