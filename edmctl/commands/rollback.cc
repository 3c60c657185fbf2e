#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Rollback(Invocation& invocation) {
  v1::RollbackInstanceRequest request;
  EDM_TRY(const auto release, invocation.args.Number("release"));
  request.set_release(release.value_or(0));
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "RollbackInstance", request);
}

}  // namespace

std::vector<Command> RollbackCommands() {
  return {{"rollback",
           "start an older release",
           {{"id", Operand::Count::kOptional}, {"release", Operand::Count::kOptional}},
           WorkOptions(),
           Rollback}};
}

}  // namespace edm::ctl
