#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "edmctl/commands/variables.h"

namespace edm::ctl {

// What a worker would say of a folder, without any worker.
struct LocalJudgement {
  std::string source;                 // "compose.yaml" or "Dockerfile"
  std::vector<std::string> services;  // "web: build ., port 8000"
  std::vector<Error> warnings;
};

// Runs docker-compose, which must be installed, on what the policy let through. Error: the first refusal, the
// others as its evidence.
Result<LocalJudgement> JudgeHere(const std::string& folder, const std::string& id,
                                 const Environment& environment);

}  // namespace edm::ctl
