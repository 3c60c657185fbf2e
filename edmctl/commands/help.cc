#include "common/base/text.h"
#include "edmctl/commands/help_page.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

Result<int> Help(Invocation& invocation) {
  const auto words = invocation.args.All("verb");
  if (words.empty()) {
    invocation.Out(RenderOverview(invocation.terminal, AllCommands()));
    return kExitDone;
  }
  EDM_TRY(const auto page, RenderHelp(invocation.terminal, AllCommands(), Join(words, " ")));
  invocation.Out(page);
  return kExitDone;
}

}  // namespace

std::vector<Command> HelpCommands() {
  return {{"help", "every verb, or one with its examples", {{"verb", Operand::Count::kMany}}, {}, Help}};
}

}  // namespace edm::ctl
