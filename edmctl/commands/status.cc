#include <google/protobuf/empty.pb.h>

#include "edm/v1/master_service.pb.h"
#include "edmctl/client/all_instances.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/status_screen.h"

namespace edm::ctl {
namespace {

Result<Look> LookAtAll(MasterClient& master) {
  Look look;
  EDM_TRY(look.master, master.Call<v1::MasterStatus>("GetStatus", google::protobuf::Empty()));
  EDM_TRY(const auto workers, master.Call<v1::ListWorkersResponse>("ListWorkers", v1::ListWorkersRequest()));
  look.workers.assign(workers.workers().begin(), workers.workers().end());
  EDM_TRY(const auto instances, AllInstances(master, {}));
  look.instances.assign(instances.instances().begin(), instances.instances().end());
  return look;
}

Result<int> ShowClusterStatus(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto look, LookAtAll(*master));
  const auto problems = Judge(look);
  if (invocation.json()) {
    invocation.Out(StatusJson(look, problems) + "\n");
  } else if (!invocation.quiet()) {
    invocation.Out(RenderStatus(invocation.terminal, look, problems));
  }
  return problems.empty() ? kExitDone : kExitFailed;
}

}  // namespace

std::vector<Command> StatusCommands() {
  return {{"status", "whether the cluster is well, and what to do first if not", {}, {}, ShowClusterStatus}};
}

}  // namespace edm::ctl
