#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Stop(Invocation& invocation) {
  v1::StopInstanceRequest request;
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "StopInstance", request);
}

}  // namespace

std::vector<Command> StopCommands() {
  Command command{"stop",
                  "stop an instance; containers and data stay",
                  {{"id", Operand::Count::kOptional}},
                  WorkOptions(),
                  Stop};
  return {command};
}

}  // namespace edm::ctl
