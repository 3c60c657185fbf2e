#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/core/compose/blueprint.h"
#include "common/core/compose/policy.h"
#include "common/core/spec/app_spec.h"
#include "common/ports/config_resolver.h"
#include "common/ports/file_tree.h"

namespace edm::compose {

struct JudgeInput {
  std::string instance;
  std::string owner;
  std::string project;
  std::map<std::string, std::string> environment;  // given by the caller; goes before the checkout's .env
  Grants grants;
};

struct Judged {
  AppSpec spec;
  std::string source;          // "compose.yaml" or "Dockerfile": what decided
  std::string effective_json;  // paths relative to the checkout; the input of FinalCompose and ReadBlueprint
  Blueprint blueprint;
  std::vector<Finding> warnings;
  std::vector<std::string> grants_used;
};

// The one door for source that is to be built: reads edm.yaml, finds what to run, judges it raw, has it
// resolved, judges it again. `tree` holds the source with its template already under it. Error: the first
// refusal, all others as evidence.
Result<Judged> JudgeFolder(const FileTree& tree, ConfigResolver& resolver, const JudgeInput& input);

}  // namespace edm::compose
