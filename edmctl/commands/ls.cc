#include "edm/v1/master_service.pb.h"
#include "edmctl/client/all_instances.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

// The URL is copied from here: it stands before what a narrow terminal may cut.
Row RowOf(const v1::Instance& instance) {
  const auto& status = instance.status();
  return {instance.id(),
          StateOf(instance),
          status.endpoints().empty() ? "-" : FirstUrl(status.endpoints()),
          status.release() == 0 ? "-" : std::to_string(status.release()),
          Age(instance.created_at(), WallNow()),
          status.worker().empty() ? "-" : status.worker()};
}

Result<int> ListInstances(Invocation& invocation) {
  v1::ListInstancesRequest request;
  request.set_owner(invocation.args.Text("owner"));
  request.set_project(invocation.args.Text("project"));
  request.set_worker(invocation.args.Text("worker"));
  auto phase = invocation.args.Text("phase");
  for (auto& c : phase) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  request.set_phase(phase);
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto all, AllInstances(*master, request));
  if (invocation.json()) {
    invocation.Print(all);
  } else if (invocation.quiet()) {
    for (const auto& instance : all.instances()) invocation.Out(instance.id() + "\n");
  } else if (all.instances().empty()) {
    invocation.Note("no instances; edmctl deploy makes one of the folder you are in");
  } else {
    std::vector<Row> rows;
    for (const auto& instance : all.instances()) rows.push_back(RowOf(instance));
    invocation.Out(
        RenderTable(invocation.terminal, {"ID", "STATE", "URL", "RELEASE", "AGE", "WORKER"}, rows));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> LsCommands() {
  return {{"ls",
           "the instances and how they are",
           {},
           {{"--owner", "NAME", "only this owner's"},
            {"--project", "NAME", "only copies of this project"},
            {"--worker", "ID", "only what this worker holds"},
            {"--phase", "PHASE", "only those that are running, failed, stopped, ..."}},
           ListInstances}};
}

}  // namespace edm::ctl
