#include <algorithm>

#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/output/json.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr Millis kWait{1'000};                     // between two looks at whether to go on
constexpr std::size_t kWrittenAtOnce = 32 * 1024;  // bytes

// Services, or members of an instance, in the order they were first heard, each in a colour of its own.
class Speakers {
 public:
  std::string Label(const Terminal& terminal, const std::string& name) {
    auto at = std::ranges::find(names_, name);
    if (at == names_.end()) at = names_.insert(names_.end(), name);
    widest_ = std::max(widest_, Width(name));
    const auto padded = name + std::string(widest_ - Width(name), ' ') + " |";
    if (!terminal.color) return padded + " ";
    return "\x1b[" + std::to_string(31 + (at - names_.begin()) % 6) + "m" + padded + "\x1b[0m ";
  }

 private:
  std::vector<std::string> names_;
  std::size_t widest_ = 0;
};

// Who said it, as far as that is not clear from what was asked.
std::string NameOf(const v1::LogLine& line, bool one_service) {
  if (one_service || line.service().empty()) return line.member();
  return line.member().empty() ? line.service() : line.member() + "/" + line.service();
}

Result<v1::StreamLogsRequest> RequestOf(Invocation& invocation) {
  v1::StreamLogsRequest request;
  EDM_TRY(const auto id, invocation.InstanceId());
  request.set_id(id);
  request.set_follow(invocation.args.Has("follow"));
  request.set_build(invocation.args.Has("build"));
  for (const auto& service : invocation.args.All("service")) request.add_services(service);
  EDM_TRY(const auto tail, invocation.args.Number("tail"));
  if (tail) request.set_tail(*tail);
  EDM_TRY(const auto since, invocation.args.Duration("since"));
  if (since) request.mutable_since()->set_seconds((WallNow() - *since).time_since_epoch().count() / 1000);
  return request;
}

Result<int> ShowLogs(Invocation& invocation) {
  EDM_TRY(const auto request, RequestOf(invocation));
  EDM_TRY(auto* master, invocation.Master());
  const auto stream = master->Open("StreamLogs", request);
  const bool one = request.services_size() == 1;
  const bool timestamps = invocation.args.Has("timestamps");
  const Interrupt interrupt;
  const std::stop_callback cancel(interrupt.token(), [&] { stream->Cancel(); });
  Speakers speakers;
  v1::LogLine line;
  std::string text;  // what came together is written together
  for (;;) {
    const auto got = stream->Read(line, text.empty() ? kWait : Millis(0));
    if (got != Stream::Got::kMessage || text.size() >= kWrittenAtOnce) {
      invocation.Out(text);
      text.clear();
    }
    if (got == Stream::Got::kEnd) break;
    if (got == Stream::Got::kNothing) continue;
    if (invocation.json()) {
      text += ToJsonLine(line) + "\n";
      continue;
    }
    if (const auto name = NameOf(line, one); !name.empty()) text += speakers.Label(invocation.terminal, name);
    if (timestamps) text += FormatRfc3339(ToWallTime(line.time())) + " ";
    text += (invocation.terminal.live ? Harmless(line.text()) : line.text()) + "\n";
  }
  const auto ended = stream->Finish();
  if (interrupt.requested()) return kExitDone;
  if (!ended.ok()) return ended.error();
  return kExitDone;
}

}  // namespace

std::vector<Command> LogsCommands() {
  return {{"logs",
           "what the services or the last build said",
           {{"id", Operand::Count::kOptional}, {"service", Operand::Count::kMany}},
           {{"-f,--follow", "", "go on with what comes"},
            {"--since", "TIME", "of the last 10m, 2h, ..."},
            {"-n,--tail", "LINES", "the last lines of each container"},
            {"-t,--timestamps", "", "with the time of each line"},
            {"--build", "", "of the last build instead"}},
           ShowLogs}};
}

}  // namespace edm::ctl
