#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"

namespace edm::ctl {
namespace {

Result<int> Build(Invocation& invocation) {
  v1::BuildInstanceRequest request;
  request.set_no_cache(invocation.args.Has("no-cache"));
  EDM_CHECK(SetTimeout(invocation, request));
  return WorkOnInstance(invocation, "BuildInstance", request);
}

}  // namespace

std::vector<Command> BuildCommands() {
  Command command{"build",
                  "build the newest source without starting it",
                  {{"id", Operand::Count::kOptional}},
                  WorkOptions(),
                  Build};
  command.options.push_back({"--no-cache", "", "build everything anew"});
  return {command};
}

}  // namespace edm::ctl
