#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Move(Invocation& invocation) {
  v1::MoveInstanceRequest request;
  request.set_worker(invocation.args.Text("to"));
  request.set_give_up_data(invocation.args.Has("give-up-data"));
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "MoveInstance", request);
}

}  // namespace

std::vector<Command> MoveCommands() {
  auto options = WorkOptions();
  options.push_back({"--to", "WORKER", "to this one; by default the best of the others"});
  options.push_back({"--give-up-data", "", "begin with empty volumes there"});
  return {
      {"move", "bring an instance to another worker", {{"id", Operand::Count::kOptional}}, options, Move}};
}

}  // namespace edm::ctl
