#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/rpc/status.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/help_page.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/commands/parse.h"
#include "edmctl/output/json.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

std::string ReadVariable(const std::string& name) {
  const auto* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

int ShowHelp(const Invocation& invocation, const std::string& path) {
  if (path.empty()) {
    invocation.Out(RenderOverview(invocation.terminal, AllCommands()));
    return kExitDone;
  }
  const auto page = RenderHelp(invocation.terminal, AllCommands(), path);
  if (page.ok()) {
    invocation.Out(*page);
    return kExitDone;
  }
  invocation.Err(RenderError(invocation.error_terminal, page.error()));
  return kExitUsage;
}

int Main(const std::vector<std::string>& words) {
  auto parsed = ParseCommandLine(AllCommands(), words);
  Invocation invocation(parsed.ok() ? parsed->arguments : Arguments(), ReadVariable);
  if (parsed.ok() && parsed->wants_help) return ShowHelp(invocation, parsed->help_for);
  auto code = parsed.ok() ? parsed->command->run(invocation) : Result<int>(std::move(parsed).error());
  if (code.ok()) return *code;
  if (invocation.json()) {
    invocation.Err(ToJsonLine(rpc::ToFailure(code.error())) + "\n");
  } else {
    invocation.Err(RenderError(invocation.error_terminal, code.error()));
  }
  return ExitCodeOf(code.error());
}

}  // namespace
}  // namespace edm::ctl

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is seen as EPIPE, where it is written to
  return edm::ctl::Main({argv + 1, argv + argc});
}
