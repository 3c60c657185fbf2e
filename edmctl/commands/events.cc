#include "edm/v1/master_service.pb.h"
#include "edmctl/client/follow.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

std::string LineOf(const v1::ClusterEvent& event) {
  auto line = FormatRfc3339(ToWallTime(event.time())) + "  " + event.kind();
  for (const auto* part : {&event.instance(), &event.worker(), &event.operation(), &event.text()}) {
    if (!part->empty()) line += "  " + *part;
  }
  return Harmless(line) + "\n";
}

Result<int> Events(Invocation& invocation) {
  auto request = std::make_unique<v1::WatchEventsRequest>();
  request->set_after(invocation.args.Text("after"));
  request->set_instance(invocation.args.Text("id"));
  EDM_TRY(auto* master, invocation.Master());
  const Interrupt interrupt;
  const auto followed = Follow(*master,
                               {"WatchEvents",
                                std::move(request),
                                std::make_unique<v1::ClusterEvent>(),
                                [&](const google::protobuf::Message& message) {
                                  const auto& event = static_cast<const v1::ClusterEvent&>(message);
                                  if (invocation.json()) {
                                    invocation.Print(event);
                                  } else {
                                    invocation.Out(LineOf(event));
                                  }
                                  return true;
                                },
                                {}},
                               interrupt.token());
  if (interrupt.requested()) return kExitDone;
  return followed.error();
}

}  // namespace

std::vector<Command> EventsCommands() {
  return {{"events",
           "what happens in the cluster, as it happens",
           {{"id", Operand::Count::kOptional}},
           {{"--after", "CURSOR", "go on behind this event (its cursor, from --json)"}},
           Events}};
}

}  // namespace edm::ctl
