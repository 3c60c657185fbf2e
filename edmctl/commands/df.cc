#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/disk.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr Millis kDeadline{40'000};  // a worker's engine may take half a minute to add up

Result<int> Df(Invocation& invocation) {
  v1::GetDiskRequest request;
  if (invocation.args.Has("worker")) request.set_worker(invocation.args.Text("worker"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto disk, master->Call<v1::Disk>("GetDisk", request, kDeadline));
  if (invocation.json()) {
    invocation.Print(disk);
    return kExitDone;
  }
  if (disk.has_master()) invocation.Out(RenderDisk(invocation.terminal, disk.master(), WallNow()));
  for (const auto& worker : disk.workers())
    invocation.Out(RenderDisk(invocation.terminal, worker, WallNow()));
  return kExitDone;
}

}  // namespace

std::vector<Command> DfCommands() {
  return {{"df", "who uses the disks", {}, {{"--worker", "ID", "only this worker's"}}, Df}};
}

}  // namespace edm::ctl
