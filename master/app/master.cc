#include "master/app/master.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "common/adapters/files/git_leftovers.h"
#include "common/adapters/kv/metered_kv_store.h"
#include "common/adapters/lock/consul_leader_lock.h"
#include "common/adapters/lock/sole_leader_lock.h"
#include "common/adapters/log/log.h"
#include "common/adapters/system/thread_pool.h"
#include "common/app/kept_sockets.h"
#include "common/base/size_units.h"
#include "common/base/version.h"
#include "common/rpc/grpc_server.h"
#include "common/rpc/http/server.h"
#include "master/adapters/backup/master_backup.h"
#include "master/adapters/channel/grpc_worker_channel.h"
#include "master/adapters/git/embedded_git_server.h"
#include "master/adapters/git/hook_folder.h"
#include "master/adapters/git/hook_listener.h"
#include "master/adapters/images/image_keeper.h"
#include "master/adapters/seat/seat.h"
#include "master/api/git/git_http.h"
#include "master/api/push/deploy_gate.h"
#include "master/api/relay/forwarding.h"
#include "master/api/rest/answer.h"
#include "master/api/rest/gateway.h"
#include "master/api/services/service_parts.h"
#include "master/api/services/token_text.h"
#include "master/app/admin_token.h"
#include "master/app/foundation.h"
#include "master/app/http_front.h"
#include "master/app/load_keeper.h"
#include "master/app/telemetry.h"
#include "master/core/enrolment.h"
#include "master/core/open_delete.h"

namespace edm::master {

// Members in the order in which they are made; Stop takes them away in the order that lets each end well.
class Master::Parts {
 public:
  Status Begin(const MasterOptions& options);
  void End();

  std::unique_ptr<Foundation> on;
  Telemetry telemetry;
  std::unique_ptr<MeteredKvStore> store;  // on->store, timed
  std::unique_ptr<ThreadPool> work;       // uploads, watchers, git for operations
  std::unique_ptr<ThreadPool> fetches;    // git http-backend for workers and people
  std::unique_ptr<ThreadPool> pushes;
  std::unique_ptr<GrpcWorkerChannel> workers;  // for logs, terminals and use; orders have their term's own
  std::unique_ptr<LeaderLock> leader_lock;
  std::unique_ptr<LeaderRelay> relay;
  std::shared_ptr<Pulse> pulse = std::make_shared<Pulse>();
  std::unique_ptr<Seat> seat;
  std::unique_ptr<ConfirmedGitServer> led_git;  // on->git, for whoever leads
  std::unique_ptr<LoadKeeper> loads;
  std::unique_ptr<ImageKeeper> images;  // null: there is no registry
  std::unique_ptr<MasterBackup> backup;
  std::unique_ptr<DeployGate> gate;
  std::unique_ptr<HookListener> hooks;
  rpc::Authenticate authenticate;
  std::unique_ptr<rpc::MethodTable> people;
  std::unique_ptr<rpc::MethodTable> cluster;
  std::unique_ptr<rest::Gateway> gateway;
  std::unique_ptr<GitHttp> git_http;
  std::unique_ptr<HttpFront> front;
  std::vector<std::unique_ptr<rpc::HttpServer>> http;
  std::unique_ptr<rpc::GrpcServer> grpc;
  std::unique_ptr<rpc::GrpcServer> registry;
  std::vector<std::string> http_addresses;
  std::atomic<bool> stopping{false};

 private:
  Status BeginCluster(const MasterOptions& options);
  void BeginImages();
  Status BeginGit(const MasterOptions& options);
  void FillTables(const MasterOptions& options);
  Status Serve(const MasterOptions& options);
  Status ServeHttp(const std::vector<std::string>& addresses, bool tls);
  Result<rpc::Listener> ListenOrGoOn(const std::string& address);
  std::optional<Error> Trouble() const;
  MasterReadings Readings() const;
  SelfFacts Self() const;

  Millis patience_{5'000};
  std::unique_ptr<KeptSockets> kept_;  // while it begins
  std::string store_name_;
  WallTime started_at_;
};

namespace {

constexpr Millis kElectionPatience{10'000};  // for somebody to lead, before this master serves anyway
constexpr Millis kSoleTtl{3'600'000};        // nobody contends for a lock of one

Settings SettingsOf(const MasterOptions& options) {
  Settings settings;
  settings.build_deadline = options.build_deadline;
  settings.start_deadline = options.start_deadline;
  settings.deploy_deadline = options.deploy_deadline;
  settings.stop_deadline = options.stop_deadline;
  settings.delete_deadline = options.delete_deadline;
  settings.beat_interval = options.beat_interval;
  settings.beats_missed = options.beats_missed;
  settings.fence_after = options.fence_after;
  settings.evict_after = options.evict_after;
  settings.moves_at_once = options.moves_at_once;
  settings.suspect_share = options.suspect_share;
  settings.certificate_life = options.worker_certificate_life;
  settings.placement_wait = options.placement_wait;
  settings.placement_strategy =
      options.placement_strategy == "binpack" ? Strategy::kBinpack : Strategy::kSpread;
  settings.releases_kept = options.releases_kept;
  settings.operations_kept = options.operations_kept;
  settings.operations_kept_for = options.operations_kept_for;
  settings.operations_of_deleted_kept_for = options.operations_of_deleted_kept_for;
  return settings;
}

std::unique_ptr<ThreadPool> Pool(const char* name, std::uint32_t threads) {
  return std::make_unique<ThreadPool>(ThreadPool::Options{name, threads, 4'096});
}

// Loopback where it is served there: edmctl on another machine believes sealed addresses only.
std::string HttpUrlOf(const MasterOptions& options) {
  if (options.http_listen.empty()) return {};
  const auto clear = std::find_if(options.http_listen.begin(), options.http_listen.end(), IsLoopback);
  return clear != options.http_listen.end() ? "http://" + *clear : "https://" + options.http_listen.front();
}

std::string RoleLine(const Standing& standing) {
  if (standing.role == Standing::Role::kAlone || !standing.leader) return "";
  const bool leads = standing.role == Standing::Role::kLeader;
  return standing.self.name + (leads ? " leads" : " follows " + standing.leader->name) + ", epoch " +
         std::to_string(standing.epoch) + "\n";
}

MasterPlace PlaceOf(const MasterOptions& options) {
  MasterPlace place;
  const auto host = HostName().empty() ? std::string("localhost") : HostName();
  place.name = options.name.empty() ? host : options.name;
  place.cluster_address = options.cluster_address;
  if (place.cluster_address.empty()) {
    const auto listens = HostOf(options.cluster_listen);
    const bool anywhere = listens.empty() || listens == "0.0.0.0" || listens == "::";
    const auto port = options.cluster_listen.substr(options.cluster_listen.rfind(':'));
    place.cluster_address = anywhere ? host + port : options.cluster_listen;
  }
  for (const auto& address : options.grpc_listen) {
    if (place.grpc_address.empty() || IsLoopback(place.grpc_address)) place.grpc_address = address;
  }
  place.http_url = HttpUrlOf(options);
  return place;
}

std::unique_ptr<LeaderLock> LockFor(const MasterOptions& options, const MasterPlace& self) {
  if (options.store != "consul") return std::make_unique<SoleLeaderLock>();
  ConsulLockOptions lock;
  lock.url = options.consul_url;
  lock.token = options.consul_token;
  lock.prefix = options.consul_prefix;
  lock.name = self.name;
  lock.address = HostOf(self.cluster_address);
  lock.port = static_cast<std::uint16_t>(
      std::strtoul(self.cluster_address.substr(self.cluster_address.rfind(':') + 1).c_str(), nullptr, 10));
  lock.ttl = options.leader_ttl;
  return std::make_unique<ConsulLeaderLock>(std::move(lock));
}

std::string HookProgram(const MasterOptions& options) {
  if (!options.hook_program.empty()) return options.hook_program;
  std::error_code ignored;
  return (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "edm-git-hook").string();
}

}  // namespace

Status Master::Parts::BeginCluster(const MasterOptions& options) {
  work = Pool("edm-work", options.work_threads);
  fetches = Pool("edm-fetch", options.fetch_threads);
  pushes = Pool("edm-push", options.push_threads);
  workers = std::make_unique<GrpcWorkerChannel>(
      on->identity, [this](const std::string& worker) { return EnrolmentIn(*seat->View(), worker); });
  relay = std::make_unique<LeaderRelay>(on->identity);
  store = std::make_unique<MeteredKvStore>(
      *on->store, [this](auto call, auto outcome, auto took) { telemetry.StoreCalled(call, outcome, took); });
  const auto self = PlaceOf(options);
  leader_lock = LockFor(options, self);
  const bool alone = options.store != "consul";
  seat = std::make_unique<Seat>(Seat::Parts{
      .lock = *leader_lock,
      .ttl = alone ? kSoleTtl : options.leader_ttl,
      .alone = alone,
      .self = self,
      .term = {*store, *on->sealer, *on->log, *on->git, *work, on->clock, on->identity,
               [this] { return on->reserve->Check("the state"); }, SettingsOf(options), pulse,
               [this](const Decision& decision) { telemetry.Witness(decision); }, on->images.get()},
      .pool = *work,
      .on_lead =
          [this](Cluster& led) {
            return EnsureAdminToken(led, *on->sealer, on->entropy, on->data / "admin.token");
          },
      .on_change =
          [this] {
            const auto standing = seat->Now();
            relay->LeaderIs(standing.leader ? standing.leader->cluster_address : "");
          },
      .tell = [](const std::string& text) { Log(LogLevel::kInfo, text); }});
  led_git = std::make_unique<ConfirmedGitServer>(
      ConfirmedGitServer::Parts{*on->git, on->clock, [this] { return seat->is_sure(); }});
  EDM_CHECK(seat->Start(kElectionPatience));
  loads = std::make_unique<LoadKeeper>(*seat, on->clock);
  BeginImages();
  backup = std::make_unique<MasterBackup>(MasterBackup::Parts{.data = on->data,
                                                              .git = GitFolder(options),
                                                              .config_file = options.config_file,
                                                              .version = ThisVersion().number,
                                                              .has_repos = on->embedded != nullptr,
                                                              .sealer = *on->sealer,
                                                              .clock = on->clock,
                                                              .view = [this] { return seat->View(); }});
  return Ok();
}

void Master::Parts::BeginImages() {
  if (on->images == nullptr) return;
  images = std::make_unique<ImageKeeper>(
      ImageKeeper::Parts{.images = *on->images,
                         .clock = on->clock,
                         .led = [this] { return seat->leads() ? seat->View() : nullptr; },
                         .tell =
                             [](const Error& error) {
                               Log(LogLevel::kWarn, "images that nobody needs stay in the registry",
                                   {{"object", error.object}, {"cause", error.cause}});
                             }});
  images->Start();
}

Status Master::Parts::BeginGit(const MasterOptions& options) {
  gate = std::make_unique<DeployGate>(*seat, *on->log, *on->git, on->entropy);
  if (on->embedded == nullptr) return Ok();
  const auto folder = GitFolder(options);
  const auto socket = (on->data / "hook.sock").string();
  EDM_CHECK(MakeHookFolder((folder / ".hooks").string(), HookProgram(options)));
  EDM_TRY(hooks, HookListener::Start({socket, options.push_threads}, on->embedded->repos(), *gate));
  GitHttp::Options git;
  git.repos = folder.string();
  git.hook_folder = (folder / ".hooks").string();
  git.hook_socket = socket;
  git.push_bytes_max = options.push_bytes_max;
  const auto allows = [this](std::string_view password, const RepoName& repo) {
    return on->embedded->grants().Allows(password, repo, on->clock.Now()) && MayReadRepo(*seat->View(), repo);
  };
  const auto ensure = [this](const RepoName& repo) -> Status {
    const auto record = seat->View()->instances.Find(repo.name);
    EDM_CHECK(on->embedded->EnsureRepo(repo, record != nullptr ? record->instance.spec.branch : "main"));
    // What is being deleted must not come back.
    if (repo.owner == kTemplatesOwner || MayHaveRepo(*seat->View(), repo.name)) return Ok();
    const auto removed = on->embedded->DeleteRepo(repo);
    if (!removed.ok()) seat->Report(ReposLeft{{repo.name}});
    return removed;
  };
  const auto tidy = [this](const RepoName& repo) { RemovePushLeftovers(on->embedded->repos().Path(repo)); };
  const auto report = [](const Error& error) {
    Log(LogLevel::kWarn, "git failed", {{"object", error.object}, {"cause", error.cause}});
  };
  git_http = std::make_unique<GitHttp>(
      git, GitHttp::Peers{on->runner, *fetches, *pushes, *gate, authenticate, allows, ensure, report, tidy,
                          [this] { return on->reserve->Check("the push"); }});
  return Ok();
}

void Master::Parts::FillTables(const MasterOptions& options) {
  const ServiceParts parts{*seat,
                           *seat,
                           *on->log,
                           *led_git,
                           *on->intake,
                           *workers,
                           *work,
                           on->entropy,
                           on->clock,
                           *on->sealer,
                           *on->authority,
                           {ThisVersion().number, "", HttpUrlOf(options)},
                           on->log_name,
                           {.self = [this] { return Self(); },
                            .load_of = [this](const std::string& worker) { return loads->PointsOf(worker); },
                            .disk = [this] { return on->disk->Usage(); }},
                           *backup};
  people = std::make_unique<rpc::MethodTable>();
  cluster = std::make_unique<rpc::MethodTable>();
  RegisterMaster(*people, parts);
  RegisterRegistry(*cluster, parts);
  if (seat->Now().role != Standing::Role::kAlone) {
    ForwardToLeader(*people, *seat, *relay);
    // By this port the other masters pass on what people ask of them.
    RegisterMaster(*cluster, parts);
    RefuseUnlessLeading(*cluster, *seat);
  }
  telemetry.Meter(*people);
  telemetry.Meter(*cluster);
}

std::optional<Error> Master::Parts::Trouble() const {
  if (stopping) return Error{Code::kUnavailable, "master", "it is stopping", {}, ""};
  if (auto room = on->reserve->Check("the state"); !room.ok()) return room.error();
  if (auto trouble = seat->trouble()) return trouble;
  return std::nullopt;
}

// A restart refuses nobody: the socket waits with the service manager meanwhile.
Result<rpc::Listener> Master::Parts::ListenOrGoOn(const std::string& address) {
  const auto name = "http " + address;
  if (auto kept = kept_->Claim(name); kept.valid()) return rpc::Adopt(std::move(kept));
  EDM_TRY(auto listener, rpc::Listen(address));
  KeptSockets::Keep(listener.fd.get(), name);
  return listener;
}

MasterReadings Master::Parts::Readings() const {
  MasterReadings readings{.inputs_queued = seat->queued(),
                          .decisions_pending = seat->pending(),
                          .store_well = !seat->trouble(),
                          .calls_open = grpc->calls() + registry->calls(),
                          .disk_free_bytes = on->reserve->Measure().value_or(DiskReserve::Room{}).free_bytes};
  for (const auto& server : http) readings.connections += server->connections();
  for (const auto& [name, pool] :
       {std::pair{"work", &work}, std::pair{"fetch", &fetches}, std::pair{"push", &pushes}})
    readings.pools.push_back({name, (*pool)->queued(), (*pool)->threads()});
  return readings;
}

SelfFacts Master::Parts::Self() const {
  const auto room = on->reserve->Measure().value_or(DiskReserve::Room{});
  return {.store = store_name_,
          .trouble = Trouble(),
          .disk_free_mib = static_cast<std::uint32_t>(room.free_bytes / kMebibyte),
          .disk_total_mib = static_cast<std::uint32_t>(room.total_bytes / kMebibyte),
          .disk_reserve_mib = static_cast<std::uint32_t>(room.reserve_bytes / kMebibyte),
          .certificate_ends_at = rpc::CertificateEnd(on->identity.certificate),
          .ca_ends_at = rpc::CertificateEnd(on->authority->certificate()),
          .started_at = started_at_,
          .inputs_queued = seat->queued()};
}

Status Master::Parts::ServeHttp(const std::vector<std::string>& addresses, bool tls) {
  if (addresses.empty()) return Ok();
  rpc::HttpServerOptions options;
  options.listen.clear();
  for (const auto& address : addresses) {
    EDM_TRY(auto listener, ListenOrGoOn(address));
    options.listeners.push_back(std::move(listener));
  }
  options.refuse = &HttpFront::Refusal;
  if (tls) options.tls = rpc::HttpServerTls{on->identity.certificate, on->identity.key, ""};
  EDM_TRY(auto server,
          rpc::HttpServer::Start(std::move(options), [this](std::shared_ptr<rpc::Exchange> exchange) {
            front->Handle(exchange);
          }));
  for (const auto& address : server->addresses())
    http_addresses.push_back((tls ? "https://" : "http://") + address);
  http.push_back(std::move(server));
  return Ok();
}

Status Master::Parts::Serve(const MasterOptions& options) {
  gateway =
      std::make_unique<rest::Gateway>(*people, authenticate, ThisVersion().number,
                                      rest::GatewayLimits{.upload_bytes_max = options.upload_bytes_max});
  front = std::make_unique<HttpFront>(
      HttpFront::Peers{*gateway, git_http.get(), authenticate, [this] { return Trouble(); },
                       [this] { return RoleLine(seat->Now()); },
                       [this] { return telemetry.Render(*seat->View(), Readings()); }});
  rpc::GrpcServerOptions registry_options;
  registry_options.ports = {{options.cluster_listen, on->identity, true}};
  EDM_TRY(registry, rpc::GrpcServer::Start(*cluster, authenticate, registry_options));
  rpc::GrpcServerOptions people_options;
  for (const auto& address : options.grpc_listen) {
    rpc::GrpcPort port{address, {}, false};
    if (!IsLoopback(address)) port.tls = on->identity;
    people_options.ports.push_back(std::move(port));
  }
  EDM_TRY(grpc, rpc::GrpcServer::Start(*people, authenticate, people_options));
  std::vector<std::string> clear;
  std::vector<std::string> sealed;
  for (const auto& address : options.http_listen) (IsLoopback(address) ? clear : sealed).push_back(address);
  EDM_CHECK(ServeHttp(clear, false));
  return ServeHttp(sealed, true);
}

Status Master::Parts::Begin(const MasterOptions& options) {
  patience_ = options.stop_patience;
  kept_ = std::make_unique<KeptSockets>();  // before anything opens files or starts programs
  store_name_ = options.store;
  EDM_TRY(on, LayFoundation(options));
  started_at_ = on->clock.Now();
  EDM_CHECK(BeginCluster(options));
  authenticate = TokenAuthenticator(*seat, *on->sealer, on->clock);
  EDM_CHECK(BeginGit(options));
  FillTables(options);
  EDM_CHECK(Serve(options));
  kept_.reset();
  return Ok();
}

void Master::Parts::End() {
  if (stopping.exchange(true)) return;
  if (registry) registry->SetServing(false);
  if (grpc) grpc->SetServing(false);
  if (grpc) grpc->Shutdown(patience_);
  if (registry) registry->Shutdown(patience_);
  for (const auto& server : http) server->Stop(patience_);
  hooks.reset();
  images.reset();
  if (seat) seat->Stop();
  workers.reset();
  work.reset();
  fetches.reset();
  pushes.reset();
}

Master::Master(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Master::~Master() { Stop(); }

Result<std::unique_ptr<Master>> Master::Start(const MasterOptions& options) {
  auto master = std::unique_ptr<Master>(new Master(std::make_unique<Parts>()));
  EDM_CHECK(master->parts_->Begin(options));
  return master;
}

void Master::Stop() { parts_->End(); }

const std::vector<std::string>& Master::http_addresses() const { return parts_->http_addresses; }
const std::vector<std::uint16_t>& Master::grpc_ports() const { return parts_->grpc->ports(); }
std::uint16_t Master::cluster_port() const { return parts_->registry->ports().front(); }
const Pulse& Master::pulse() const { return *parts_->pulse; }

}  // namespace edm::master
