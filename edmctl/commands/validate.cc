#include <filesystem>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/commands/local_judgement.h"
#include "edmctl/output/report.h"
#include "edmctl/source/compose_needs.h"
#include "edmctl/source/instance_name.h"

namespace edm::ctl {
namespace {

Result<int> Validate(Invocation& invocation) {
  const auto given = invocation.args.Has("folder") ? invocation.args.Text("folder") : ".";
  std::error_code failure;
  const auto folder = std::filesystem::canonical(given, failure).string();
  if (failure)
    return Error{
        Code::kNotFound, Shown(given), "is no folder here", {}, "make it, or see whether the path is right"};
  EDM_TRY(const auto environment, GatherEnvironment(invocation.args.All("env-file"),
                                                    invocation.args.All("env"), invocation.variables));
  EDM_TRY(const auto scan, ScanFolder(folder));
  for (const auto& sentence : IgnoredNeeds(folder, scan)) invocation.Warn(sentence);
  auto id = InstanceNameFrom(folder);
  if (id.empty()) id = "instance";
  EDM_TRY(const auto judged, JudgeHere(folder, id, environment));
  for (const auto& warning : judged.warnings) invocation.Warn(ToString(warning));
  if (invocation.mode != Mode::kHuman) return kExitDone;
  invocation.Out(judged.source + ": " + Counted(judged.services.size(), "service") + "\n");
  for (const auto& line : judged.services) invocation.Out("  " + Harmless(line) + "\n");
  return kExitDone;
}

}  // namespace

std::vector<Command> ValidateCommands() {
  return {{"validate",
           "judge a folder as a worker would, without a cluster",
           {{"folder", Operand::Count::kOptional}},
           {{"-e,--env", "KEY=VALUE", "a variable, as deploy takes it", true},
            {"--env-file", "FILE", "variables, one a line", true}},
           Validate}};
}

}  // namespace edm::ctl
