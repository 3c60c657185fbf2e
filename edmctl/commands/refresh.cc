#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Refresh(Invocation& invocation) {
  v1::RefreshInstanceRequest request;
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "RefreshInstance", request);
}

}  // namespace

std::vector<Command> RefreshCommands() {
  Command command{"refresh",
                  "build and start the newest commit of its branch",
                  {{"id", Operand::Count::kOptional}},
                  WorkOptions(),
                  Refresh};
  return {command};
}

}  // namespace edm::ctl
