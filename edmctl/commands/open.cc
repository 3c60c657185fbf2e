#include "edmctl/commands/command.h"
#include "edmctl/commands/endpoints.h"
#include "edmctl/os/program.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

Result<int> Open(Invocation& invocation) {
  EDM_TRY(const auto endpoints, EndpointsOf(invocation));
  const auto address = AddressOf(endpoints.front());
  invocation.Out(address + "\n");
  const auto ran = RunProgram({"xdg-open", address}, Millis(10'000));
  if (!ran.ok() || ran->code != 0)
    invocation.Note("no browser could be started here: open that address yourself");
  return kExitDone;
}

}  // namespace

std::vector<Command> OpenCommands() {
  return {{"open",
           "show an instance in the browser",
           {{"id", Operand::Count::kOptional}, {"service", Operand::Count::kOptional}},
           {},
           Open}};
}

}  // namespace edm::ctl
