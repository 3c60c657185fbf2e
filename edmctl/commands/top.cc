#include <condition_variable>
#include <mutex>

#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/os/raw_terminal.h"
#include "edmctl/output/report.h"
#include "edmctl/output/top_screen.h"

namespace edm::ctl {
namespace {

constexpr Millis kRefreshEvery{1'000};
constexpr const char* kOtherScreen = "\x1b[?1049h";  // what stood on the terminal comes back afterwards
constexpr const char* kFirstScreen = "\x1b[?1049l";
constexpr const char* kFromTheTop = "\x1b[H\x1b[J";

Result<std::string> ScreenOf(Invocation& invocation, MasterClient& master, std::size_t lines) {
  v1::GetUsageRequest request;
  request.set_instance(invocation.args.Text("id"));
  EDM_TRY(const auto usage, master.Call<v1::GetUsageResponse>("GetUsage", request));
  if (invocation.json()) {
    invocation.Print(usage);
    return std::string();
  }
  if (!request.instance().empty()) return RenderTopOf(invocation.terminal, usage);
  EDM_TRY(const auto workers, master.Call<v1::ListWorkersResponse>("ListWorkers", v1::ListWorkersRequest()));
  return RenderTop(invocation.terminal, lines, workers, usage);
}

// False when it was interrupted.
bool PauseUntilNext(const Interrupt& interrupt) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, interrupt.token(), kRefreshEvery, [] { return false; });
  return !interrupt.requested();
}

Status Refresh(Invocation& invocation, MasterClient& master) {
  const Interrupt interrupt;
  const bool draws = !invocation.json();
  do {
    EDM_TRY(const auto text, ScreenOf(invocation, master, draws ? TerminalSize().rows : 0));
    if (draws) invocation.Out(kFromTheTop + text);
  } while (PauseUntilNext(interrupt));
  return Ok();
}

Result<int> Top(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  const bool once = invocation.args.Has("once") || (!invocation.terminal.live && !invocation.json());
  if (once) {
    EDM_TRY(const auto text, ScreenOf(invocation, *master, 0));
    invocation.Out(text);
    return kExitDone;
  }
  if (invocation.json()) {
    EDM_CHECK(Refresh(invocation, *master));
    return kExitDone;
  }
  invocation.Out(kOtherScreen);
  const auto status = Refresh(invocation, *master);
  invocation.Out(kFirstScreen);
  EDM_CHECK(status);
  return kExitDone;
}

}  // namespace

std::vector<Command> TopCommands() {
  return {{"top",
           "what workers and instances take now",
           {{"id", Operand::Count::kOptional}},
           {{"--once", "", "look once, and end"}},
           Top}};
}

}  // namespace edm::ctl
