#include "edmctl/commands/operation_flow.h"

#include <set>

#include "edm/v1/master_service.pb.h"
#include "edmctl/client/follow.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/output/json.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

// Two commands, each on a line of its own, to be copied.
std::string HowToWatch(const std::string& operation) {
  return "it goes on; to watch it: edmctl op watch " + operation +
         "\n              to end it: edmctl op cancel " + operation;
}

void ShowOutcome(const Invocation& invocation, const v1::Operation& operation) {
  if (invocation.json()) return;  // its last event held all
  const bool done = operation.state() == v1::Operation::DONE;
  if (!done) {
    invocation.Err(RenderOutcome(invocation.error_terminal, operation));
  } else if (!invocation.quiet()) {
    invocation.Out(RenderOutcome(invocation.terminal, operation));
  } else if (const auto url = FirstUrl(operation.endpoints()); !url.empty()) {
    invocation.Out(url + "\n");
  }
  if (invocation.quiet()) return;
  for (const auto& warning : operation.warnings()) invocation.Warn(warning);
}

}  // namespace

std::vector<Option> WorkOptions() {
  return {{"--timeout", "TIME", "end the operation after this long (60s, 5m)"},
          {"-d,--detach", "", "do not wait: say how to watch it"}};
}

int ExitCodeOf(const v1::Operation& operation) {
  switch (operation.state()) {
    case v1::Operation::DONE:
      return kExitDone;
    case v1::Operation::CANCELLED:
      return kExitCancelled;
    case v1::Operation::EXPIRED:
      return kExitTimedOut;
    default:
      return kExitFailed;
  }
}

Result<int> WatchToTheEnd(Invocation& invocation, const std::string& operation) {
  EDM_TRY(auto* master, invocation.Master());
  const auto progress = MakeProgress(invocation.terminal, invocation.mode);
  auto request = std::make_unique<v1::WatchOperationRequest>();
  request->set_id(operation);
  v1::Operation ended;
  std::set<std::string> warned;
  const Interrupt interrupt;
  const auto watched = Follow(*master,
                              {"WatchOperation", std::move(request), std::make_unique<v1::OperationEvent>(),
                               [&](const google::protobuf::Message& message) {
                                 const auto& event = static_cast<const v1::OperationEvent&>(message);
                                 invocation.Out(progress->On(event, WallNow()));
                                 if (event.what_case() == v1::OperationEvent::kWarning)
                                   warned.insert(event.warning());
                                 if (!event.has_ended()) return true;
                                 ended = event.ended();
                                 return false;
                               },
                               [&] { invocation.Out(progress->Tick(WallNow())); }},
                              interrupt.token());
  invocation.Out(progress->Close());
  if (watched.ok()) {
    auto outcome = ended;
    outcome.clear_warnings();
    for (const auto& text : ended.warnings()) {
      if (!warned.contains(text)) outcome.add_warnings(text);
    }
    ended = std::move(outcome);
    ShowOutcome(invocation, ended);
    return ExitCodeOf(ended);
  }
  auto error = watched.error();
  if (error.code == Code::kCancelled && interrupt.requested()) {
    invocation.Note(HowToWatch(operation));
    return kExitCancelled;
  }
  if (error.code == Code::kUnavailable)
    error.hint = "the operation goes on without us; to watch it: edmctl op watch " + operation;
  return error;
}

Result<int> SeeThrough(Invocation& invocation, const v1::Operation& operation) {
  if (!invocation.args.Has("detach")) return WatchToTheEnd(invocation, operation.id());
  if (invocation.json()) {
    invocation.Print(operation);
  } else if (invocation.quiet()) {
    invocation.Out(operation.id() + "\n");
  } else {
    invocation.Out(HowToWatch(operation.id()) + "\n");
  }
  return kExitDone;
}

Result<int> StartAndSeeThrough(Invocation& invocation, const std::string& method,
                               const google::protobuf::Message& request) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto operation, master->Call<v1::Operation>(method, request));
  return SeeThrough(invocation, operation);
}

}  // namespace edm::ctl
