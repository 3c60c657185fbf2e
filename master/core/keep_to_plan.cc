#include "master/core/keep_to_plan.h"

#include "master/core/end_operation.h"
#include "master/core/placement/request_for.h"
#include "master/core/steps.h"

namespace edm::master {

bool KeepsToPlan(Draft& draft, OperationRecord& record, const PlacementRequest& request,
                 Placement& placement) {
  const auto& revision = record.plan.plan_revision;
  if (revision.empty()) return true;
  const auto now = draft.placer().Plan(request, PolicyOf(draft.state()), draft.now().wall);
  placement.revision = now.revision;
  auto difference = DifferenceFrom(revision, now);
  record.operation.plan_difference = difference;
  if (difference.empty()) {
    if (!placement.worker.empty()) placement.reason += ", " + AgreementWith(revision, now);
    return true;
  }
  if (record.plan.require_plan) {
    Error error{Code::kAborted,
                "instance " + record.operation.instance,
                "its placement is not as planned: " + difference,
                {},
                "edmctl plan again, or deploy without --require-plan"};
    EndOperation(draft, record, OperationState::kFailed, std::move(error));
    return false;
  }
  Warn(draft, record, "not as planned: " + std::move(difference));
  return true;
}

}  // namespace edm::master
