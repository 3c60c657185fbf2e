#pragma once

#include <string>

#include "edm/v1/master_service.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// "worker  score  why" of each, the best first; those that cannot take it at the end.
std::string RenderCandidates(const Terminal& terminal, const v1::Placement& placement);

// A plan with its revision.
std::string RenderPlan(const Terminal& terminal, const std::string& id, const v1::PlacementPlan& plan);

// What a spec says about where it may run.
std::string RenderWishes(const Terminal& terminal, const v1::InstanceSpec& spec);

}  // namespace edm::ctl
