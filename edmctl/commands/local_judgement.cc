#include "edmctl/commands/local_judgement.h"

#include "common/adapters/compose/compose_config_resolver.h"
#include "common/adapters/files/directory_tree.h"
#include "common/adapters/process/boost_process_runner.h"
#include "common/base/text.h"
#include "common/core/compose/judge_folder.h"

namespace edm::ctl {
namespace {

std::string LineOf(const compose::ServicePlan& service) {
  std::vector<std::string> parts;
  if (service.build) parts.push_back("build " + service.build->context);
  if (!service.image.empty()) parts.push_back("image " + service.image);
  for (const auto& port : service.ports) {
    if (port.published) parts.push_back("port " + std::to_string(port.port) + "/" + port.protocol);
  }
  if (service.oneshot) parts.push_back("one-shot");
  return service.name + ": " + Join(parts, ", ");
}

}  // namespace

Result<LocalJudgement> JudgeHere(const std::string& folder, const std::string& id,
                                 const Environment& environment) {
  BoostProcessRunner processes;
  ComposeConfigResolver resolver(processes);
  EDM_TRY(const auto tree, DirectoryTree::Open(folder));
  compose::JudgeInput input;
  input.instance = id;
  input.owner = "owner";  // the real one is known to the master alone; nothing here depends on it
  input.project = id;
  input.environment = environment;
  auto judged = compose::JudgeFolder(*tree, resolver, input);
  if (!judged.ok()) {
    // No mistake on the command line, and nothing that was asked for is missing: the folder was refused.
    auto error = std::move(judged).error();
    if (error.code == Code::kInvalidArgument || error.code == Code::kNotFound)
      error.code = Code::kFailedPrecondition;
    return error;
  }
  LocalJudgement judgement;
  judgement.source = judged->source;
  for (const auto& service : judged->blueprint.services) judgement.services.push_back(LineOf(service));
  for (const auto& finding : judged->warnings) judgement.warnings.push_back(finding.error);
  return judgement;
}

}  // namespace edm::ctl
