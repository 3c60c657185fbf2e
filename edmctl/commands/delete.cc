#include <unistd.h>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"
#include "edmctl/os/prompt.h"
#include "edmctl/output/footprint.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

Status Confirm(Invocation& invocation, const std::string& id, bool keep) {
  if (invocation.args.Has("yes")) return Ok();
  if (!invocation.interactive) {
    return UsageError("delete asks before it deletes, and nobody is there to answer",
                      "edmctl delete " + id + " --yes");
  }
  EDM_TRY(auto* master, invocation.Master());
  v1::GetFootprintRequest request;
  request.set_id(id);
  EDM_TRY(const auto footprint, master->Call<v1::Footprint>("GetFootprint", request, Millis(30'000)));
  invocation.Err(RenderFootprint(invocation.error_terminal, id, footprint, keep));
  invocation.Err("type " + id + " to delete it: ");
  if (const auto typed = ReadLine(STDIN_FILENO); typed && Trim(*typed) == id) return Ok();
  return Error{Code::kCancelled,
               "instance " + id,
               "was not deleted: what was typed is not its id",
               {},
               "edmctl delete " + id + " asks again"};
}

Result<int> Delete(Invocation& invocation) {
  if (!invocation.args.Has("id")) {
    return UsageError("delete wants the id of the instance, also inside its folder", "edmctl delete ID");
  }
  EDM_TRY(const auto id, invocation.InstanceId());
  const bool keep = invocation.args.Has("keep-volumes");
  EDM_CHECK(Confirm(invocation, id, keep));
  v1::DeleteInstanceRequest request;
  request.set_keep_volumes(keep);
  EDM_TRY(const auto code, WorkOnInstance(invocation, "DeleteInstance", request));
  if (code != kExitDone) return code;
  EDM_TRY(auto folders, Folders::Load(invocation.paths.folders));
  EDM_TRY(const auto* context, invocation.CurrentContext());
  folders.Forget(context->name, id);
  EDM_CHECK(folders.Save(invocation.paths.folders, invocation.paths.owner));
  return code;
}

}  // namespace

std::vector<Command> DeleteCommands() {
  return {{"delete",
           "take an instance away with everything of it",
           {{"id", Operand::Count::kOptional}},
           {{"-y,--yes", "", "do not ask"},
            {"--keep-volumes", "", "leave its data"},
            {"-d,--detach", "", "do not wait: say how to watch it"}},
           Delete}};
}

}  // namespace edm::ctl
