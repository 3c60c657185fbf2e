#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/core/compose/trial_plan.h"

namespace edm::compose {

// What a trial runs, and what its networks are called on the engine.
struct TrialDocument {
  std::string json;
  std::map<std::string, std::string> networks;  // of the plan
};

// The tried services of `question.wanted` as a project of their own, without published ports. Volumes that
// the running release has are only read; others are the trial's own. The names of its networks come after
// those of the running release, so that a lent container still finds its own neighbours and its way out
// first (the engine takes a container's networks by name).
// Error: kInternal, a network without subnet.
Result<TrialDocument> DocumentOf(const TrialPlan& plan, const ReleasePair& question,
                                 const std::string& instance,
                                 const std::map<std::string, std::string>& subnets);

}  // namespace edm::compose
