#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Start(Invocation& invocation) {
  v1::StartInstanceRequest request;
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "StartInstance", request);
}

}  // namespace

std::vector<Command> StartCommands() {
  Command command{"start",
                  "start the newest good release that is built",
                  {{"id", Operand::Count::kOptional}},
                  WorkOptions(),
                  Start};
  return {command};
}

}  // namespace edm::ctl
