#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Scale(Invocation& invocation) {
  v1::ScaleInstanceRequest request;
  EDM_TRY(const auto members, invocation.args.Number("members"));
  request.set_replicas(members.value_or(0));
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "ScaleInstance", request);
}

}  // namespace

std::vector<Command> ScaleCommands() {
  return {{"scale",
           "how many members an instance has",
           {{"id", Operand::Count::kOne}, {"members", Operand::Count::kOne}},
           WorkOptions(),
           Scale}};
}

}  // namespace edm::ctl
