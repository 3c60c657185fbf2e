#include "master/core/keep_to_plan.h"

#include "common/base/text.h"
#include "master/core/end_operation.h"
#include "master/core/placement/request_for.h"
#include "master/core/steps.h"

namespace edm::master {
namespace {

// Whether it goes on with a warning; where the plan is a must, it ends.
bool GoesOnWith(Draft& draft, OperationRecord& record, const std::string& difference) {
  if (!record.plan.require_plan) {
    Warn(draft, record, "not as planned: " + difference);
    return true;
  }
  Error error{Code::kAborted,
              "instance " + record.operation.instance,
              "its placement is not as planned: " + difference,
              {},
              "edmctl plan again, or deploy without --require-plan"};
  EndOperation(draft, record, OperationState::kFailed, std::move(error));
  return false;
}

}  // namespace

bool KeepsToPlan(Draft& draft, OperationRecord& record, const PlacementRequest& request,
                 Placement& placement) {
  const auto& revision = record.plan.plan_revision;
  if (revision.empty()) return true;
  const auto now = draft.placer().Plan(request, PolicyOf(draft.state()), draft.now().wall);
  placement.revision = now.revision;
  const auto difference = DifferenceFrom(revision, now);
  record.operation.plan_difference = difference;
  if (difference.empty()) {
    if (!placement.worker.empty())
      placement.told_reason = ReasonOf(placement) + ", " + AgreementWith(revision, now);
    return true;
  }
  return GoesOnWith(draft, record, difference);
}

bool KeepsToPlannedMembers(Draft& draft, OperationRecord& record, std::size_t members) {
  const auto& revision = record.plan.plan_revision;
  if (revision.empty()) return true;
  const auto planned = SplitRevision(revision).size();
  if (planned == members) return true;
  record.operation.plan_difference =
      "planned for " + Counted(planned, "member") + ", and it has " + std::to_string(members);
  return GoesOnWith(draft, record, record.operation.plan_difference);
}

}  // namespace edm::master
