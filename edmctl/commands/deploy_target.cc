#include "edmctl/commands/deploy_target.h"

#include "common/model/names.h"

namespace edm::ctl {
namespace {

Error Refused(const std::string& id, const std::string& free_id, std::string cause) {
  return Error{Code::kAlreadyExists,
               "instance " + id,
               std::move(cause),
               {},
               "a second one: edmctl deploy --id " + free_id +
                   "; a new release of that one: edmctl deploy --id " + id};
}

}  // namespace

Result<Target> ChooseTarget(const TargetFacts& facts) {
  if (!facts.given_id.empty()) {
    EDM_CHECK(CheckInstanceId(facts.given_id));
    return Target{facts.given_id, false};
  }
  if (facts.remembered_id) return Target{*facts.remembered_id, false};
  if (facts.derived_id.empty()) {
    return Error{Code::kInvalidArgument,
                 facts.folder,
                 "has no name that an instance could have",
                 {},
                 "give one: edmctl deploy --id NAME"};
  }
  if (facts.other_folder) {
    return Refused(facts.derived_id, facts.free_id,
                   "was deployed from " + *facts.other_folder + ", and this is " + facts.folder);
  }
  return Target{facts.derived_id, true};
}

Error AlreadyThere(const std::string& id, const std::string& free_id, const std::string& folder) {
  return Refused(id, free_id,
                 "is there already, and was not deployed from " + (folder.empty() ? "here" : folder));
}

}  // namespace edm::ctl
