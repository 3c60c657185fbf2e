#include "common/base/version.h"

#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/json.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

// Which of several masters answered, and which leads.
std::string LeaderLine(const v1::Version& master) {
  if (master.role() == v1::Version::ALONE) return "";
  const auto epoch = ", epoch " + std::to_string(master.epoch()) + "\n";
  if (master.role() == v1::Version::LEADER) return master.master() + " leads" + epoch;
  if (master.leader().empty()) return master.master() + " follows: none leads now" + epoch;
  return master.master() + " follows " + master.leader() + epoch;
}

Result<int> ShowVersion(Invocation& invocation) {
  v1::Version own;
  own.set_version(ThisVersion().number);
  own.set_api(1);
  const auto context = invocation.CurrentContext();
  auto master = context.ok() ? invocation.Master() : Result<MasterClient*>(context.error());
  const auto other = master.ok() ? (*master)->Call<v1::Version>("GetVersion", google::protobuf::Empty())
                                 : Result<v1::Version>(master.error());
  if (invocation.json()) {
    invocation.Out("{\"edmctl\":" + ToJsonLine(own) +
                   ",\"master\":" + (other.ok() ? ToJsonLine(*other) : "null") + "}\n");
    return kExitDone;
  }
  invocation.Out("edmctl " + own.version() + "\n");
  if (invocation.quiet()) return kExitDone;
  if (other.ok()) {
    invocation.Out("master " + other->version() + " at " + (*context)->master + "\n" + LeaderLine(*other));
  } else {
    invocation.Note("master: " + ToString(other.error()));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> VersionCommands() {
  return {{"version", "of edmctl and of the master", {}, {}, ShowVersion}};
}

}  // namespace edm::ctl
