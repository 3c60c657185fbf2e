#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Recover(Invocation& invocation) {
  v1::RecoverInstanceRequest request;
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "RecoverInstance", request);
}

}  // namespace

std::vector<Command> RecoverCommands() {
  return {{"recover",
           "place an instance of a lost worker elsewhere, without its data",
           {{"id", Operand::Count::kOptional}},
           WorkOptions(),
           Recover}};
}

}  // namespace edm::ctl
