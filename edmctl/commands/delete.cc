#include <fmt/format.h>
#include <unistd.h>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"
#include "edmctl/os/prompt.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

std::string Goes(const Invocation& invocation, const std::string& id, const v1::Footprint& footprint,
                 bool keep) {
  std::vector<std::string> volumes;
  for (const auto& volume : footprint.volumes()) {
    volumes.push_back(fmt::format("{}  {}{}", volume.name(), FormatBytes(volume.size_mib() * kMebibyte),
                                  keep ? "  (kept)" : ""));
  }
  const auto count = [](std::uint64_t number) { return number == 0 ? "" : std::to_string(number); };
  return "this goes with " + id + ", for good:\n" +
         RenderFields(invocation.error_terminal, {{"  containers", count(footprint.containers().size())},
                                                  {"  networks", count(footprint.networks().size())},
                                                  {"  images", count(footprint.images().size())},
                                                  {"  releases", count(footprint.releases())},
                                                  {"  repo", footprint.repo() ? "with its history" : ""},
                                                  {"  volumes", Join(volumes, "\n")}});
}

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
  invocation.Err(Goes(invocation, id, footprint, keep));
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
