#include "worker/app/worker.h"

#include <sys/utsname.h>

#include <atomic>

#include "common/adapters/log/log.h"
#include "common/base/version.h"
#include "common/rpc/grpc_server.h"
#include "common/rpc/http/server.h"
#include "worker/adapters/runner/attempt_runner.h"
#include "worker/api/agent_service.h"
#include "worker/api/session.h"
#include "worker/app/certificate.h"
#include "worker/app/http_front.h"
#include "worker/app/identity.h"
#include "worker/app/loops.h"
#include "worker/app/parts.h"
#include "worker/app/telemetry.h"

namespace edm::worker {
namespace {

constexpr std::size_t kShortTaskThreads = 4;
constexpr std::size_t kQueuedMax = 4'096;

WorkerFacts FactsOf(const WorkerOptions& options, const Place& place) {
  utsname machine{};
  ::uname(&machine);
  std::optional<WallTime> ends;
  if (const auto identity = LoadIdentity(options); identity.ok())
    ends = rpc::CertificateEnd(identity->certificate);
  return {.id = place.id,
          .rpc_address = place.rpc_address,
          .public_address = place.public_address,
          .labels = options.labels,
          .cores = static_cast<std::uint32_t>(CoresOfThisProcess().size()),
          .architecture = machine.machine,
          .version = ThisVersion().number,
          .certificate_ends_at = ends};
}

bool IsLoopback(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("localhost:");
}

}  // namespace

// Members are destroyed from the last to the first: who uses comes after what is used.
class Worker::Assembly {
 public:
  Assembly(const WorkerOptions& options, Place place, std::unique_ptr<Parts> parts)
      : options_(options),
        place_(std::move(place)),
        parts_(std::move(parts)),
        view_(*parts_->runtime),
        runner_(Surroundings{*parts_->runtime, *parts_->readiness, *parts_->sources, *parts_->workloads,
                             *parts_->files, *parts_->addresses, *parts_->directory, *parts_->journal,
                             *parts_->events, parts_->clock, quick_, builds_, &telemetry_.attempts(),
                             parts_->room.get(), parts_->exchange.get()},
                RunnerSettings{.worker = parts_->mark,
                               .public_address = place_.public_address,
                               .lan_address = place_.lan_address,
                               .bind_address = options.bind_address,
                               .fence = {parts_->contact->Last(), options.fence_after},
                               .keep_contact = [this](SteadyTime at) { parts_->contact->Keep(at); }},
                view_),
        session_(SessionSources{*parts_->link, runner_, *parts_->load, *parts_->addresses, parts_->clock},
                 FactsOf(options, place_)) {}

  Status Start() {
    EDM_CHECK(runner_.Load());
    parts_->room->AskNeeds(
        {[this] { return runner_.HeldReleases(); }, [this] { return runner_.OldHistories(); }});
    // An engine that is away now is asked again by the loops.
    [[maybe_unused]] const auto seen = view_.RefreshAll();
    if (auto engine = parts_->runtime->Facts(); engine.ok()) Meet(std::move(*engine));
    runner_.Resume();
    EDM_CHECK(StartRpc());
    EDM_CHECK(StartHttp());
    EDM_TRY(const auto identity, LoadIdentity(options_));
    EDM_TRY(const auto valid, rpc::ValidityOf(identity.certificate));
    certificate_ = std::make_unique<Certificate>(
        options_, place_.id, valid,
        Certificate::Peers{parts_->registry, parts_->clock, [this](const auto& renewed) { Take(renewed); }});
    loops_ = std::make_unique<Loops>(Loops::Peers{
        session_, runner_, *parts_->runtime, view_, *parts_->directory, *certificate_, parts_->clock,
        [this](EngineFacts engine) { Meet(std::move(engine)); }, *parts_->room, options_.garbage_every});
    loops_shown_ = loops_.get();
    return Ok();
  }

  void Stop() {
    runner_.Stop();
    if (rpc_) rpc_->Shutdown(options_.stop_patience);
    if (http_) http_->Stop(options_.stop_patience);
    loops_shown_ = nullptr;
    loops_.reset();
  }

  const Place& place() const { return place_; }
  std::uint16_t rpc_port() const { return rpc_->ports().front(); }
  std::uint16_t http_port() const { return http_->port(); }
  std::vector<Watchdog::Loop> watched() const { return loops_->watched(); }

 private:
  static rpc::HttpServerTls HttpTls(const rpc::Identity& identity) {
    return {.certificate_chain = identity.certificate, .private_key = identity.key};
  }

  void Meet(EngineFacts engine) {
    parts_->engine_disk->Find();
    parts_->load->AlsoWatch(parts_->engine_disk->Root());
    session_.SetEngine(std::move(engine));
  }

  void Take(const rpc::Identity& renewed) {
    const auto valid = rpc::ValidityOf(renewed.certificate);
    if (valid.ok()) Log(LogLevel::kInfo, "certificate renewed", {{"ends", FormatRfc3339(valid->until)}});
    const auto taken = IsLoopback(options_.http_listen) ? Ok() : http_->Renew(HttpTls(renewed));
    if (!taken.ok()) Log(LogLevel::kError, "certificate not taken", {{"cause", ToString(taken.error())}});
  }

  Status StartRpc() {
    RegisterAgent(table_, {runner_, *parts_->events, *parts_->runtime, *parts_->files, *parts_->usage,
                           *parts_->survey, short_, streams_});
    telemetry_.Meter(table_);
    rpc::GrpcServerOptions options;
    options.ports.push_back(
        {.address = options_.rpc_listen, .client_certificates = true, .files = FilesOf(options_)});
    EDM_TRY(rpc_, rpc::GrpcServer::Start(table_, rpc::OnlyMaster(), std::move(options)));
    return Ok();
  }

  Status StartHttp() {
    front_ = std::make_unique<HttpFront>(
        HttpFront::Peers{.trouble = [this]() -> std::optional<Error> {
                           const auto* loops = loops_shown_.load();
                           if (loops == nullptr)
                             return Error{Code::kUnavailable, "worker", "it is starting or stopping"};
                           return loops->trouble();
                         },
                         .metrics = [this] { return telemetry_.Render(Measure()); }});
    rpc::HttpServerOptions options{.listen = {options_.http_listen}};
    if (!IsLoopback(options_.http_listen)) {
      EDM_TRY(auto identity, LoadIdentity(options_));
      options.tls = HttpTls(identity);
    }
    EDM_TRY(http_,
            rpc::HttpServer::Start(std::move(options), [this](std::shared_ptr<rpc::Exchange> exchange) {
              front_->Handle(exchange);
            }));
    return Ok();
  }

  WorkerReadings Measure() {
    const auto* loops = loops_shown_.load();
    return {.counts = runner_.Count(),
            .load = parts_->load->Sample(),
            .networks_free = parts_->addresses->SubnetsFree(),
            .ports_free = parts_->addresses->PortsFree(),
            .calls = rpc_ ? rpc_->calls() : 0,
            .registered = loops != nullptr && loops->is_registered(),
            .engine_well = loops != nullptr && loops->engine_well(),
            .pools = {{"jobs", quick_.queued()},
                      {"builds", builds_.queued()},
                      {"short", short_.queued()},
                      {"streams", streams_.queued()}}};
  }

  const WorkerOptions options_;
  const Place place_;
  const std::unique_ptr<Parts> parts_;
  Telemetry telemetry_;
  EngineView view_;
  AttemptRunner runner_;
  Session session_;
  rpc::MethodTable table_;
  std::unique_ptr<HttpFront> front_;
  // Their threads run what stands above, so they end first; each drains its queue when it does.
  ThreadPool quick_{{"jobs", options_.jobs_at_once, kQueuedMax}};
  ThreadPool builds_{{"builds", options_.builds_at_once, kQueuedMax}};
  ThreadPool short_{{"short", kShortTaskThreads, kQueuedMax}};
  ThreadPool streams_{{"streams", options_.streams_max, options_.streams_max}};
  std::unique_ptr<rpc::GrpcServer> rpc_;
  std::unique_ptr<rpc::HttpServer> http_;
  std::unique_ptr<Certificate> certificate_;
  std::unique_ptr<Loops> loops_;
  // For requests over HTTP, which come before the loops are there; they have ended before the loops end.
  std::atomic<const Loops*> loops_shown_ = nullptr;
};

Worker::Worker(std::unique_ptr<Assembly> assembly) : assembly_(std::move(assembly)) {}
Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::Start(const WorkerOptions& options) {
  EDM_TRY(auto place, FindPlace(options));
  EDM_TRY(auto parts, MakeParts(options, place));
  auto assembly = std::make_unique<Assembly>(options, std::move(place), std::move(parts));
  if (auto status = assembly->Start(); !status.ok()) {
    assembly->Stop();
    return std::move(status).error();
  }
  return std::unique_ptr<Worker>(new Worker(std::move(assembly)));
}

const std::string& Worker::id() const { return assembly_->place().id; }
std::uint16_t Worker::rpc_port() const { return assembly_->rpc_port(); }
std::uint16_t Worker::http_port() const { return assembly_->http_port(); }
std::vector<Watchdog::Loop> Worker::watched() const { return assembly_->watched(); }
void Worker::Stop() { assembly_->Stop(); }

}  // namespace edm::worker
