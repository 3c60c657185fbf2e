#pragma once

#include "master/core/placement/plan.h"
#include "master/model/command.h"

namespace edm::master {

// The plan that a request is to follow, checked.
template <class Request>
Status TakePlan(const Request& request, Begin& begin) {
  begin.plan_revision = request.plan_revision();
  begin.require_plan = request.require_plan();
  if (!begin.plan_revision.empty()) return CheckPlanRevision(begin.plan_revision);
  if (!begin.require_plan) return Ok();
  return Error{Code::kInvalidArgument,
               "require_plan",
               "there is no plan_revision beside it",
               {},
               "give the revision that edmctl plan shows"};
}

}  // namespace edm::master
