#include "edmctl/dev/bring_up.h"

#include <chrono>
#include <thread>

#include "common/base/text.h"
#include "common/rpc/http/client.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/client/master_client.h"
#include "edmctl/dev/process.h"
#include "edmctl/os/files.h"
#include "edmctl/os/program.h"

namespace edm::ctl {
namespace {

constexpr Millis kReadyLookEvery{50};
constexpr Millis kJoinDeadline{30'000};
constexpr std::size_t kLinesShown = 15;

// A program of `words`, with its path in front.
std::vector<std::string> WithProgram(const std::string& program, std::vector<std::string> words) {
  words.insert(words.begin(), program);
  return words;
}

}  // namespace

bool MasterIsReady(const DevPorts& ports) {
  rpc::HttpClient client({.url = HttpUrl(ports)});
  const auto reply = client.Call({.target = "/readyz", .deadline = Millis(2'000)});
  return reply.ok() && reply->ok();
}

bool WorkerIsReady(const Context& context) {
  const auto master = MasterClient::Connect(context);
  if (!master.ok()) return false;
  v1::GetWorkerRequest request;
  request.set_id(kDevWorker);
  const auto worker = (*master)->Call<v1::Worker>("GetWorker", request, Millis(2'000));
  return worker.ok() && worker->state() == v1::Worker::READY;
}

Result<Context> BringUp::Run() {
  EDM_CHECK(Master());
  EDM_TRY(const auto context, ContextOf());
  EDM_CHECK(Worker(context));
  return context;
}

Status BringUp::Await(const std::string& program, const std::function<bool()>& ready) {
  const auto until = std::chrono::steady_clock::now() + kReadyWithin;
  for (;;) {
    if (ready()) return Ok();
    const bool running = supervisor_.IsRunning(program);
    const bool late = std::chrono::steady_clock::now() > until;
    if (!running || late) {
      return Error{late ? Code::kDeadlineExceeded : Code::kFailedPrecondition, "edm-" + program,
                   late ? "is not ready after " + FormatDuration(kReadyWithin) : "ended at once",
                   supervisor_.LastLines(program, kLinesShown),
                   "edmctl dev logs " + program + " shows all it said"};
    }
    std::this_thread::sleep_for(kReadyLookEvery);
  }
}

Status BringUp::Master() {
  if (!supervisor_.IsRunning("master")) {
    EDM_TRY(const auto program, FindProgram("edm-master"));
    EDM_CHECK(supervisor_.Start("master", WithProgram(program, MasterFlags(layout_, record_.ports))));
    say_("master: " + MasterAddress(record_.ports) + ", " + HttpUrl(record_.ports));
  }
  return Await("master", [&] { return MasterIsReady(record_.ports) && ReadFile(layout_.admin_token).ok(); });
}

Result<Context> BringUp::ContextOf() const {
  EDM_TRY(const auto token, ReadFile(layout_.admin_token, 4096));
  Context context;
  context.name = kDevContext;
  context.master = MasterAddress(record_.ports);
  context.http = HttpUrl(record_.ports);
  context.token = Trim(token);
  return context;
}

Status BringUp::Join(const Context& context, const std::string& program) {
  EDM_TRY(const auto master, MasterClient::Connect(context));
  v1::CreateTokenRequest request;
  // Named anew each time: a join that broke off leaves its token behind, which ends within the hour.
  request.set_name("dev-worker-" + NewRequestId().substr(0, 8));
  request.set_kind(v1::Token::WORKER);
  EDM_TRY(const auto made, master->Call<v1::CreateTokenResponse>("CreateToken", request));
  const auto file = layout_.state + "/join.token";
  EDM_CHECK(WriteFile(file, made.secret() + "\n", 0600));
  auto argv = WithProgram(program, {"join", "--token-file", file});
  for (auto& flag : WorkerFlags(layout_, record_)) argv.push_back(std::move(flag));
  const auto ran = RunProgram(argv, kJoinDeadline);
  std::remove(file.c_str());
  if (!ran.ok()) return ran.error();
  if (ran->code != 0) {
    return Error{Code::kFailedPrecondition, "edm-worker join", "ended with " + std::to_string(ran->code),
                 Split(Trim(ran->output), '\n'), "edmctl dev logs master may say more"};
  }
  record_.joined = true;
  return SaveRecord(layout_.record, record_);
}

Status BringUp::Worker(const Context& context) {
  if (!supervisor_.IsRunning("worker")) {
    EDM_TRY(const auto program, FindProgram("edm-worker"));
    if (!record_.joined) EDM_CHECK(Join(context, program));
    EDM_CHECK(supervisor_.Start("worker", WithProgram(program, WorkerFlags(layout_, record_))));
    say_(std::string("worker: ") + kDevWorker + ", instances at " + record_.public_address);
  }
  return Await("worker", [&] { return WorkerIsReady(context); });
}

}  // namespace edm::ctl
