#include "worker/adapters/docker/engine_exec.h"

#include <signal.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

using nlohmann::json;

constexpr std::size_t kReadBytes = 32 * 1024;
constexpr Millis kExitPatience{2'000};  // the stream ends a little before the engine knows the exit code
constexpr Millis kPidPatience{2'000};
constexpr Millis kExitEvery{10};

// Pids are used again: only a process of that very container is killed.
bool BelongsTo(int pid, const std::string& container_id) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
  const std::string groups{std::istreambuf_iterator<char>(file), {}};
  return !container_id.empty() && groups.find(container_id) != std::string::npos;
}

// Kills the process and all that it started. Each is stopped before its children are read, so that none can
// be forked unseen.
void KillTree(int pid, const std::string& container_id) {
  std::vector<int> tree{pid};
  for (std::size_t next = 0; next < tree.size(); ++next) {
    if (!BelongsTo(tree[next], container_id)) continue;
    ::kill(tree[next], SIGSTOP);
    const auto name = std::to_string(tree[next]);
    std::ifstream children("/proc/" + name + "/task/" + name + "/children");
    for (int child = 0; children >> child;) tree.push_back(child);
  }
  for (const int one : tree) {
    if (BelongsTo(one, container_id)) ::kill(one, SIGKILL);
  }
}

}  // namespace

EngineExec::EngineExec(const EngineApi& api, const ExecStart& start, std::string id,
                       std::unique_ptr<rpc::DuplexStream> stream)
    : api_(api),
      object_(start.object),
      container_id_(start.container_id),
      id_(std::move(id)),
      stream_(std::move(stream)),
      frames_(start.tty) {}

Result<std::unique_ptr<EngineExec>> EngineExec::Start(const EngineApi& api, const ExecStart& start) {
  json body{{"AttachStdin", start.input},
            {"AttachStdout", true},
            {"AttachStderr", true},
            {"Tty", start.tty},
            {"Cmd", start.argv}};
  if (start.tty) body["Env"] = {"TERM=xterm-256color"};
  EDM_TRY(const json made, api.Post("/containers/" + start.container_id + "/exec", body, start.object));
  const std::string id = TextAt(made, "Id");
  EDM_TRY(auto stream,
          api.Hijack("/exec/" + id + "/start", {{"Detach", false}, {"Tty", start.tty}}, start.object));
  std::unique_ptr<EngineExec> exec(new EngineExec(api, start, id, std::move(stream)));
  // The size can only be set once the command runs; that it is wrong for a moment does no harm.
  if (start.tty) static_cast<void>(exec->Resize(start.columns, start.rows));
  return exec;
}

EngineExec::~EngineExec() {
  stream_->Close();
  if (!ended_) KillWhatStillRuns();
}

Result<ExecSession::Chunk> EngineExec::Read() {
  std::array<char, kReadBytes> buffer;
  while (chunks_.empty() && !ended_) {
    EDM_TRY(const std::size_t got, stream_->Read(buffer));
    if (got == 0) {
      ended_ = true;
      break;
    }
    frames_.Feed({buffer.data(), got}, [&](std::uint8_t stream, std::string_view payload) {
      if (payload.empty()) return;
      chunks_.push_back(
          {stream == FrameReader::kStderr ? ExecOutput::kStderr : ExecOutput::kStdout, std::string(payload)});
    });
  }
  if (chunks_.empty()) return Chunk{};
  Chunk chunk = std::move(chunks_.front());
  chunks_.pop_front();
  return chunk;
}

Status EngineExec::Write(std::string_view bytes) { return stream_->Write(bytes); }

Status EngineExec::CloseInput() {
  stream_->CloseWrite();
  return Ok();
}

Status EngineExec::Resize(std::uint16_t columns, std::uint16_t rows) {
  auto sized =
      api_.Post("/exec/" + id_ + "/resize?h=" + std::to_string(rows) + "&w=" + std::to_string(columns),
                json(), object_);
  if (!sized.ok()) return std::move(sized).error();
  return Ok();
}

Result<int> EngineExec::ExitCode() {
  const auto until = std::chrono::steady_clock::now() + kExitPatience;
  for (;;) {
    EDM_TRY(const json seen, api_.Get("/exec/" + id_ + "/json", object_));
    const bool runs = FlagAt(seen, "Running") || !PartAt(seen, "ExitCode").is_number();
    if (!runs) return static_cast<int>(NumberAt(seen, "ExitCode"));
    if (std::chrono::steady_clock::now() >= until) break;
    std::this_thread::sleep_for(kExitEvery);
  }
  return Error{Code::kFailedPrecondition,
               object_,
               "the command has not ended",
               {},
               "read its output to the end first"};
}

void EngineExec::Interrupt() { stream_->Close(); }

void EngineExec::KillWhatStillRuns() {
  // The engine calls a command running, and forwards its output, a moment before it knows the pid.
  const auto until = std::chrono::steady_clock::now() + kPidPatience;
  do {
    auto seen = api_.Get("/exec/" + id_ + "/json", object_);
    if (!seen.ok() || !FlagAt(*seen, "Running")) return;
    if (const int pid = static_cast<int>(NumberAt(*seen, "Pid")); pid > 1) {
      return KillTree(pid, container_id_);
    }
    std::this_thread::sleep_for(kExitEvery);
  } while (std::chrono::steady_clock::now() < until);
}

}  // namespace edm::worker
