#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "master/core/placement/plan.h"
#include "master/model/moment.h"
#include "master/model/state.h"

namespace edm::master {

// Where one member would be placed.
struct MemberPlan {
  std::string member;
  PlacementPlan plan;
  bool is_new = false;  // it is not there yet
};

// Of a set, as it is or would be made, by ordinal: each as if those before it ran where they are planned.
std::vector<MemberPlan> PlanMembers(const State& state, const InstanceRecord& set, Moment now);

// One revision for all of them. A member's own stands in it at the place that it has among them.
std::string RevisionOf(const std::vector<MemberPlan>& plans);

}  // namespace edm::master
