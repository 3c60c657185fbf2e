#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Restart(Invocation& invocation) {
  v1::RestartInstanceRequest request;
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "RestartInstance", request);
}

}  // namespace

std::vector<Command> RestartCommands() {
  Command command{"restart",
                  "stop and start the same release",
                  {{"id", Operand::Count::kOptional}},
                  WorkOptions(),
                  Restart};
  return {command};
}

}  // namespace edm::ctl
