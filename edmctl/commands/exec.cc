#include <unistd.h>

#include <atomic>
#include <thread>

#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/raw_terminal.h"
#include "edmctl/os/standard_output.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr Millis kOutputLookEvery{1'000};
constexpr Millis kInputEvery{50};  // how soon a change of the window's size is seen

Result<v1::ExecInput> StartOf(Invocation& invocation, bool tty) {
  const auto target = invocation.args.Text("target");
  const auto slash = target.find('/');
  v1::ExecInput first;
  auto* start = first.mutable_start();
  start->set_id(target.substr(0, slash));
  EDM_CHECK(CheckInstanceName(start->id()));
  if (slash != std::string::npos) start->set_service(target.substr(slash + 1));
  for (const auto& word : invocation.args.All("command")) start->add_argv(word);
  if (start->argv().empty()) {
    return UsageError("exec wants a command", "edmctl exec " + target + " -- ls -l");
  }
  start->set_tty(tty);
  if (tty) {
    const auto size = TerminalSize();
    start->mutable_size()->set_columns(size.columns);
    start->mutable_size()->set_rows(size.rows);
  }
  return first;
}

// Sends what is typed, and the window's size when it changes, until `done` or the end of the input.
void SendInput(Stream& stream, bool tty, bool forward, const std::atomic<bool>& done) {
  v1::ExecInput message;
  auto size = TerminalSize();
  while (forward && !done) {
    const auto bytes = ReadInput(kInputEvery);
    if (tty && TerminalSize() != size) {
      size = TerminalSize();
      message.mutable_resize()->set_columns(size.columns);
      message.mutable_resize()->set_rows(size.rows);
      if (!stream.Write(message)) return;
    }
    if (!bytes) break;
    if (bytes->empty()) continue;
    message.set_input(*bytes);
    if (!stream.Write(message)) return;
  }
  if (done) return;
  message.set_end_of_input(true);
  stream.Write(message);
  stream.WritesDone();
}

Result<int> ShowOutput(Invocation& invocation, Stream& stream) {
  v1::ExecOutput output;
  for (;;) {
    const auto got = stream.Read(output, kOutputLookEvery);
    if (got == Stream::Got::kNothing) continue;
    if (got == Stream::Got::kEnd) break;
    if (invocation.json()) {
      invocation.Print(output);
      if (output.what_case() == v1::ExecOutput::kExitCode) return output.exit_code();
      continue;
    }
    switch (output.what_case()) {
      case v1::ExecOutput::kOutput:
        WriteStandard(STDOUT_FILENO, output.output());
        break;
      case v1::ExecOutput::kErrorOutput:
        WriteStandard(STDERR_FILENO, output.error_output());
        break;
      case v1::ExecOutput::kExitCode:
        return output.exit_code();
      default:
        break;
    }
  }
  const auto ended = stream.Finish();
  if (!ended.ok()) return ended.error();
  return Error{Code::kInternal, "exec", "ended without an exit code", {}, "try again"};
}

Result<int> Exec(Invocation& invocation) {
  const bool tty = invocation.args.Has("tty");
  if (tty && isatty(STDIN_FILENO) == 0) {
    return UsageError("-t needs a terminal, and standard input is none", "leave -t out");
  }
  EDM_TRY(const auto first, StartOf(invocation, tty));
  EDM_TRY(auto* master, invocation.Master());
  const auto stream = master->Open("Exec", first);
  std::optional<RawTerminal> raw;
  if (tty) raw.emplace();
  std::atomic<bool> done = false;
  std::thread input([&] { SendInput(*stream, tty, tty || invocation.args.Has("interactive"), done); });
  auto code = ShowOutput(invocation, *stream);
  done = true;
  stream->Cancel();
  input.join();
  return code;
}

}  // namespace

std::vector<Command> ExecCommands() {
  return {{"exec",
           "run a command in a container",
           {{"target"}, {"command", Operand::Count::kRest}},
           {{"-i,--interactive", "", "send it your standard input"}, {"-t,--tty", "", "give it a terminal"}},
           Exec}};
}

}  // namespace edm::ctl
