#include "edmctl/commands/command.h"
#include "edmctl/commands/endpoints.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

Result<int> Url(Invocation& invocation) {
  EDM_TRY(const auto endpoints, EndpointsOf(invocation));
  for (const auto& endpoint : endpoints) {
    if (invocation.json()) {
      invocation.Print(endpoint);
    } else {
      invocation.Out(AddressOf(endpoint) + "\n");
    }
    if (!invocation.args.Has("all") && !invocation.json()) break;
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> UrlCommands() {
  return {{"url",
           "where an instance is reached",
           {{"id", Operand::Count::kOptional}, {"service", Operand::Count::kOptional}},
           {{"-a,--all", "", "every address, one a line"}},
           Url}};
}

}  // namespace edm::ctl
