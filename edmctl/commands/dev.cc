#include <unistd.h>

#include <thread>

#include "common/base/text.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/dev/bring_up.h"
#include "edmctl/dev/ports.h"
#include "edmctl/dev/purge.h"
#include "edmctl/os/files.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kLogBytesMax = std::size_t{64} << 20U;
constexpr std::uint32_t kTailDefault = 200;  // lines
constexpr Millis kFollowEvery{200};

bool IsRoot() { return geteuid() == 0; }

Error NotUp() {
  const bool of_root = !IsRoot() && access(Paths::kDevDataOfRoot, F_OK) == 0;
  return Error{Code::kNotFound,
               "dev",
               "is not up on this machine",
               {},
               of_root ? "edmctl dev up; if root started one: sudo edmctl dev status" : "edmctl dev up"};
}

std::unique_ptr<Supervisor> SupervisorFor(const Invocation& invocation, const DevLayout& layout,
                                          DevRecord& record) {
  if (record.systemd) return MakeSystemd(invocation.paths.home, IsRoot());
  return MakeBackground(layout, record);
}

// Context and token belong to whoever called sudo.
Status Remember(const Invocation& invocation, const Context& context) {
  const auto& token_file = invocation.paths.dev_token;
  const auto held = ReadFile(token_file, 4096);
  if (!held.ok() || *held != context.token + "\n") {
    EDM_CHECK(WriteFile(token_file, context.token + "\n", 0600, invocation.paths.owner));
  }
  EDM_TRY(auto contexts, LoadContexts(invocation.paths.contexts));
  const auto* known = contexts.Find(kDevContext);
  if (known != nullptr && *known == context && contexts.current == kDevContext) return Ok();
  contexts.Put(context);
  contexts.current = kDevContext;
  return SaveContexts(invocation.paths.contexts, contexts, invocation.paths.owner);
}

// What was said once holds until something else is said. Whether anything is new.
bool TakeFlags(const Invocation& invocation, DevRecord& record) {
  const auto before = record;
  if (invocation.args.Has("public-address")) record.public_address = invocation.args.Text("public-address");
  if (invocation.args.Has("docker-socket")) record.docker_socket = invocation.args.Text("docker-socket");
  return record != before;
}

Status ChooseFreePorts(const Invocation& invocation, DevRecord& record) {
  std::vector<TakenPort> taken;
  EDM_TRY(record.ports, ChoosePorts(record.ports, IsPortFree, taken));
  for (const auto& port : taken) {
    invocation.Note("port " + std::to_string(port.wanted) + " is held by " + HolderOf(port.wanted) +
                    ": taking " + std::to_string(port.instead));
  }
  return Ok();
}

Result<int> Up(Invocation& invocation) {
  const auto layout = DevLayout::From(invocation.paths);
  EDM_TRY(const auto loaded, LoadRecord(layout.record));
  DevRecord record = loaded.value_or(DevRecord{});
  if (!loaded) record.systemd = HasSystemd(IsRoot());
  const auto before = record;
  const auto supervisor = SupervisorFor(invocation, layout, record);
  const bool master_up = supervisor->IsRunning("master");
  const bool worker_up = supervisor->IsRunning("worker");
  if (TakeFlags(invocation, record) && worker_up) {
    invocation.Note("worker-1 runs as it was started: edmctl dev down and dev up give it the new flags");
  }
  // Ports move only while nobody uses them: a running worker knows its master by them.
  if (!master_up && !worker_up) EDM_CHECK(ChooseFreePorts(invocation, record));
  EDM_CHECK(MakeFolders(layout.state));
  EDM_CHECK(SaveRecord(layout.record, record));
  BringUp bring_up(layout, record, *supervisor, [&](const std::string& line) { invocation.Note(line); });
  const auto brought_up = bring_up.Run();
  if (!brought_up.ok()) {
    // What did not work is not tried again unasked.
    record.public_address = before.public_address;
    record.docker_socket = before.docker_socket;
    EDM_CHECK(SaveRecord(layout.record, record));
    return brought_up.error();
  }
  const auto& context = *brought_up;
  EDM_CHECK(Remember(invocation, context));
  if (master_up && worker_up) {
    invocation.Note("it is up already: " + context.http);
  } else {
    invocation.Note("up " + supervisor->Manner());
    invocation.Note("context dev is in use: edmctl deploy turns the folder you are in into an instance");
  }
  return kExitDone;
}

Result<int> Down(Invocation& invocation) {
  const auto layout = DevLayout::From(invocation.paths);
  const bool purge = invocation.args.Has("purge");
  if (purge) EDM_CHECK(CheckNothingIsHeld(layout));
  EDM_TRY(auto loaded, LoadRecord(layout.record));
  if (loaded) {
    const auto supervisor = SupervisorFor(invocation, layout, *loaded);
    EDM_CHECK(supervisor->Stop("worker"));
    EDM_CHECK(supervisor->Stop("master"));
  }
  if (!purge) {
    invocation.Note(loaded ? "down; instances go on running, data stays in " + invocation.paths.dev_data +
                                 " (--purge removes it)"
                           : "it was not up");
    return kExitDone;
  }
  EDM_CHECK(Purge(layout, invocation.paths));
  invocation.Note("gone, with its data");
  return kExitDone;
}

Result<int> ShowDevStatus(Invocation& invocation) {
  const auto layout = DevLayout::From(invocation.paths);
  EDM_TRY(auto record, LoadRecord(layout.record));
  if (!record) return NotUp();
  const auto supervisor = SupervisorFor(invocation, layout, *record);
  const bool master = supervisor->IsRunning("master");
  const bool worker = supervisor->IsRunning("worker");
  const bool ready = master && MasterIsReady(record->ports);
  Context context{kDevContext, MasterAddress(record->ports), HttpUrl(record->ports), "", "", ""};
  if (const auto token = ReadFile(layout.admin_token, 4096); token.ok()) context.token = Trim(*token);
  const bool worker_ready = worker && ready && WorkerIsReady(context);
  const auto word = [](bool running, bool is_ready) {
    return is_ready ? "ready" : running ? "starting" : "not running";
  };
  if (invocation.json()) {
    invocation.Out(std::string("{\"master\":\"") + word(master, ready) + "\",\"worker\":\"" +
                   word(worker, worker_ready) + "\",\"grpc\":\"" + context.master + "\",\"http\":\"" +
                   context.http + "\"}\n");
  } else if (invocation.quiet()) {
    invocation.Out(context.http + "\n");
  } else {
    const auto pid = [&](const ProcessMark& mark) {
      return mark.pid == 0 ? "" : ", pid " + std::to_string(mark.pid);
    };
    invocation.Out(
        RenderFields(invocation.terminal, {{"master", word(master, ready) + pid(record->master)},
                                           {"worker", word(worker, worker_ready) + pid(record->worker)},
                                           {"gRPC", context.master},
                                           {"REST, git", context.http},
                                           {"runs", supervisor->Manner()},
                                           {"data", invocation.paths.dev_data},
                                           {"token", invocation.paths.dev_token}}));
  }
  return ready && worker_ready ? kExitDone : kExitFailed;
}

// Goes on with what is written behind `from`.
void FollowFile(const Invocation& invocation, const std::string& path, std::size_t from) {
  const Interrupt interrupt;
  while (!interrupt.requested()) {
    std::this_thread::sleep_for(kFollowEvery);
    const auto text = ReadFile(path, kLogBytesMax);
    if (!text.ok()) continue;
    if (text->size() < from) from = 0;
    invocation.Out(std::string_view(*text).substr(from));
    from = text->size();
  }
}

Result<int> ShowDevLogs(Invocation& invocation) {
  const auto layout = DevLayout::From(invocation.paths);
  const auto program = invocation.args.Has("program") ? invocation.args.Text("program") : "master";
  if (program != "master" && program != "worker")
    return UsageError("edmctl dev logs knows master and worker", "edmctl dev logs worker");
  EDM_TRY(auto record, LoadRecord(layout.record));
  if (!record) return NotUp();
  EDM_TRY(const auto tail, invocation.args.Number("tail"));
  const auto supervisor = SupervisorFor(invocation, layout, *record);
  const auto size = ReadFile(layout.LogOf(program), kLogBytesMax);
  for (const auto& line : supervisor->LastLines(program, tail.value_or(kTailDefault)))
    invocation.Out(line + "\n");
  if (!invocation.args.Has("follow")) return kExitDone;
  if (record->systemd) return UsageError("systemd keeps these logs", "journalctl -f -u edm-dev-" + program);
  FollowFile(invocation, layout.LogOf(program), size.ok() ? size->size() : 0);
  return kExitDone;
}

}  // namespace

std::vector<Command> DevCommands() {
  return {{"dev up",
           "start a master and a worker on this machine",
           {},
           {{"--public-address", "ADDRESS", "where instances are reached (default 127.0.0.1)"},
            {"--docker-socket", "PATH", "of the engine"}},
           Up},
          {"dev down",
           "stop them; instances go on running",
           {},
           {{"--purge", "", "remove their data as well"}},
           Down},
          {"dev status",
           "how they are; 0 when both are ready, --quiet prints the REST URL",
           {},
           {},
           ShowDevStatus},
          {"dev logs",
           "what they wrote",
           {{"program", Operand::Count::kOptional}},
           {{"-f,--follow", "", "go on with what comes"}, {"-n,--tail", "LINES", "how many (default 200)"}},
           ShowDevLogs}};
}

}  // namespace edm::ctl
