#pragma once

#include <optional>
#include <string>

#include "common/base/time.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// What is known of one instance.
struct WhyFacts {
  v1::Instance instance;
  std::optional<v1::Operation> operation;  // its last one
  std::optional<v1::PlacementPlan> now;    // where it would be placed now
};

// Why it is not well, where it is not; its last operation; why it is where it is, and of each other worker
// why it is not there. Pure.
std::string RenderWhy(const Terminal& terminal, const WhyFacts& facts, WallTime now);

}  // namespace edm::ctl
