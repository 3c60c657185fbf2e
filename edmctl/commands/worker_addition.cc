#include "edmctl/commands/worker_addition.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/client/contexts.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackage = "edm-worker_";
constexpr const char* kOurs = "edm";
constexpr const char* kClusterPort = "8801";
constexpr Millis kLookEvery{200};

// The port of people is elsewhere on the same machine.
Result<std::string> ClusterAddress(Invocation& invocation) {
  if (auto given = invocation.args.Text("cluster-address"); !given.empty()) {
    return given.find(':') == std::string::npos ? given + ":" + kClusterPort : given;
  }
  EDM_TRY(const auto* context, invocation.CurrentContext());
  if (!IsLoopback(context->master))
    return context->master.substr(0, context->master.rfind(':') + 1) + kClusterPort;
  return UsageError("this context reaches the master on loopback, where no other machine does",
                    "say where workers reach it: --cluster-address 10.0.0.10:8801");
}

Error NoPackage(const std::string& folder) {
  return UsageError("there is no " + std::string(kPackage) + "*.deb in " + folder,
                    "make the packages with scripts/package, and give their folder: --packages DIR");
}

// edm-worker's own, and what lies beside it that is not of ours.
Result<std::vector<std::string>> PackagesIn(const std::string& given) {
  std::error_code failed;
  const auto folder = given.empty()
                          ? fs::read_symlink("/proc/self/exe", failed).parent_path() / "../../packages"
                          : fs::path(given);
  std::vector<std::string> found;
  std::size_t ours = 0;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".deb") || (name.starts_with(kOurs) && !name.starts_with(kPackage))) continue;
    ours += name.starts_with(kPackage) ? 1 : 0;
    found.push_back(entry.path());
  }
  if (ours == 0) return NoPackage(folder.lexically_normal());
  if (ours > 1)
    return UsageError("there are several " + std::string(kPackage) + "*.deb in " + folder.string(),
                      "keep one");
  std::ranges::sort(found);
  return found;
}

}  // namespace

SshOptions SshOptionsOf(const Invocation& invocation) {
  SshOptions options{.accept_new = invocation.args.Has("accept-new"),
                     .config = invocation.args.Text("ssh-config")};
  for (const auto* name : {"PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK"}) {
    if (auto value = invocation.variables(name); !value.empty())
      options.environment.emplace_back(name, std::move(value));
  }
  options.environment.emplace_back("LC_ALL", "C");  // its messages are read
  return options;
}

Result<WorkerAddition> WorkerAddition::From(Invocation& invocation, ProcessRunner& runner) {
  EDM_TRY(auto* master, invocation.Master());
  WorkerAddition addition(*master, runner);
  addition.ssh_ = SshOptionsOf(invocation);
  EDM_TRY(addition.packages_, PackagesIn(invocation.args.Text("packages")));
  EDM_TRY(addition.cluster_address_, ClusterAddress(invocation));
  return addition;
}

Status WorkerAddition::CheckAbsent(const std::string& id) const {
  v1::GetWorkerRequest request;
  request.set_id(id);
  const auto there = master_.Call<v1::Worker>("GetWorker", request);
  if (!there.ok()) return there.error().code == Code::kNotFound ? Ok() : Status(there.error());
  if (there->state() == v1::Worker::LOST || there->state() == v1::Worker::JOINING) return Ok();
  return Error{
      Code::kAlreadyExists, "worker " + id, "one of that name is at work", {}, "choose another --id"};
}

// Of the worker's name, so that it may take the place of a lost one. One of an earlier try is worth nothing
// any more.
Result<std::string> WorkerAddition::Token(const std::string& id) const {
  EDM_TRY(const auto all, master_.Call<v1::ListTokensResponse>("ListTokens", v1::ListTokensRequest()));
  for (const auto& token : all.tokens()) {
    if (token.name() != id || token.kind() != v1::Token::WORKER || token.has_used_at()) continue;
    v1::RevokeTokenRequest revoke;
    revoke.set_id(token.id());
    EDM_TRY([[maybe_unused]] const auto gone, master_.Call<google::protobuf::Empty>("RevokeToken", revoke));
  }
  v1::CreateTokenRequest request;
  request.set_name(id);
  request.set_kind(v1::Token::WORKER);
  request.mutable_lifetime()->set_seconds(std::chrono::duration_cast<Seconds>(kTokenLifetime).count());
  EDM_TRY(const auto made, master_.Call<v1::CreateTokenResponse>("CreateToken", request));
  return made.secret();
}

Result<v1::Worker> WorkerAddition::AwaitReady(const std::string& id) const {
  v1::GetWorkerRequest request;
  request.set_id(id);
  const auto until = std::chrono::steady_clock::now() + kReadyWithin;
  for (;;) {
    auto worker = master_.Call<v1::Worker>("GetWorker", request);
    if (!worker.ok() || worker->state() == v1::Worker::READY) return worker;
    if (std::chrono::steady_clock::now() > until) {
      return Error{Code::kDeadlineExceeded,
                   "worker " + id,
                   "it was started and is not ready after 60 s",
                   {},
                   "there: journalctl -u edm-worker, or /var/log/edm-worker.log"};
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

Result<v1::Worker> WorkerAddition::Run(const InventoryWorker& worker, const std::string& public_address,
                                       const SayStep& say) const {
  EDM_CHECK(CheckAbsent(worker.id));
  EDM_TRY(auto ssh, SshHost::Connect(runner_, worker.target, ssh_));
  EDM_TRY(auto host, DebianHost::Enter(*ssh));
  SetupWishes wishes{.id = worker.id,
                     .master = cluster_address_,
                     .public_address = public_address,
                     .labels = worker.labels,
                     .packages = packages_};
  if (wishes.public_address.empty() && IsAddress(worker.target.host))
    wishes.public_address = worker.target.host;
  WorkerSetup setup(std::move(host), std::move(wishes), say);
  EDM_CHECK(setup.Check());
  EDM_CHECK(setup.Install());
  EDM_CHECK(setup.Configure());
  EDM_TRY(const auto token, Token(worker.id));
  EDM_CHECK(setup.Join(token));
  EDM_CHECK(setup.Start());
  EDM_TRY(auto ready, AwaitReady(worker.id));
  say("ready", "worker " + worker.id + " at " + ready.public_address());
  return ready;
}

}  // namespace edm::ctl
