#include "tests/fakes/simulated_workers.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdio>
#include <latch>
#include <mutex>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/join_token.h"
#include "edm/v1/registry_service.grpc.pb.h"
#include "edm/v1/worker_service.grpc.pb.h"

namespace edm {
namespace {

constexpr Millis kJoinTimeout{10'000};
constexpr Millis kBeatInterval{1'000};
constexpr Millis kBeatTimeout{2'000};
constexpr std::uint32_t kMemoryMib = 1U << 20;

v1::Phase::Value PhaseOf(v1::Order::Target target) {
  switch (target) {
    case v1::Order::BUILT:
      return v1::Phase::BUILT;
    case v1::Order::RUNNING:
      return v1::Phase::RUNNING;
    case v1::Order::STOPPED:
      return v1::Phase::STOPPED;
    default:
      return v1::Phase::DELETED;
  }
}

// The whole history of an order that goes well.
std::vector<v1::AttemptEvent> EventsOf(const v1::Order& order) {
  std::vector<v1::AttemptEvent> events;
  if (order.build()) {
    auto& image = *events.emplace_back().mutable_built()->add_images();
    image.set_service("web");
    image.set_id("sha256:" + std::string(64, '0'));
  }
  auto& end = *events.emplace_back().mutable_end();
  end.set_phase(PhaseOf(order.target()));
  if (order.target() == v1::Order::RUNNING) end.set_running_release(order.release());
  std::uint32_t cursor = 0;
  for (auto& event : events) event.set_cursor(++cursor);
  return events;
}

class Answer final : public grpc::ServerWriteReactor<v1::AttemptEvent> {
 public:
  Answer(std::vector<v1::AttemptEvent> events, std::uint32_t after)
      : events_(std::move(events)), next_(after) {
    Next();
  }
  void OnWriteDone(bool ok) override { ok ? Next() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (next_ >= events_.size()) return Finish(grpc::Status::OK);
    StartWrite(&events_[next_++]);
  }
  std::vector<v1::AttemptEvent> events_;
  std::size_t next_;
};

class Agent final : public v1::WorkerAgent::CallbackService {
 public:
  explicit Agent(SimulatedWorkers::OnOrder on_order) : on_order_(std::move(on_order)) {}
  grpc::ServerWriteReactor<v1::AttemptEvent>* Assign(grpc::CallbackServerContext*,
                                                     const v1::AssignRequest* request) override {
    on_order_(request->order().instance());
    return new Answer(EventsOf(request->order()), request->after_cursor());
  }

 private:
  const SimulatedWorkers::OnOrder on_order_;
};

struct Joined {
  std::string id;
  rpc::Identity identity;
  int port = 0;
  std::unique_ptr<v1::Registry::Stub> registry;
  std::string session;
  v1::Load load = SimulatedWorkers::IdleLoad();
};

Result<Joined> Join(const std::string& cluster, const std::string& id, const std::string& token) {
  EDM_TRY(const auto parsed, rpc::ParseJoinToken(token));
  EDM_TRY(const auto ca, rpc::FetchCa(cluster, parsed.fingerprint, kJoinTimeout));
  EDM_TRY(const auto made, rpc::MakeKeyAndRequest(id));
  const auto dial = [&](const rpc::Identity& identity) {
    return rpc::Dial({cluster, rpc::ChannelTls{identity, std::string(rpc::kMasterName)}, ""});
  };
  EDM_TRY(const auto channel, dial({.certificate = "", .key = "", .ca = ca}));
  const auto stub = v1::Registry::NewStub(channel);
  v1::JoinRequest request;
  request.set_token(token);
  request.set_worker(id);
  request.set_certificate_request(made.request);
  EDM_TRY(const auto answer, rpc::Call(*stub, &v1::Registry::Stub::Join, request, "worker " + id));
  Joined joined{.id = id, .identity = {answer.certificate(), made.key, answer.ca()}};
  EDM_TRY(const auto own, dial(joined.identity));
  joined.registry = v1::Registry::NewStub(own);
  return joined;
}

Status Register(Joined& worker) {
  v1::RegisterRequest request;
  request.set_protocol(1);
  auto& facts = *request.mutable_worker();
  facts.set_id(worker.id);
  facts.set_rpc_address(fmt::format("127.0.0.1:{}", worker.port));
  facts.set_public_address("127.0.0.1");
  facts.set_cores(4);
  EDM_TRY(const auto answer,
          rpc::Call(*worker.registry, &v1::Registry::Stub::Register, request, "worker " + worker.id));
  worker.session = answer.session();
  return Ok();
}

v1::HeartbeatRequest BeatOf(const Joined& worker) {
  v1::HeartbeatRequest request;
  request.set_session(worker.session);
  auto& load = *request.mutable_load();
  load = worker.load;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  load.mutable_sampled_at()->set_seconds(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  return request;
}

Status Beat(const Joined& worker) {
  EDM_TRY([[maybe_unused]] const auto answer,
          rpc::Call(*worker.registry, &v1::Registry::Stub::Heartbeat, BeatOf(worker), "worker " + worker.id));
  return Ok();
}

struct OpenBeat {
  grpc::ClientContext context;
  v1::HeartbeatRequest request;
  v1::HeartbeatResponse response;
};

// All at once, as workers on machines of their own would: none waits for another's answer.
void BeatAll(const std::vector<Joined>& workers) {
  std::vector<std::unique_ptr<OpenBeat>> beats;
  std::latch answered(static_cast<std::ptrdiff_t>(workers.size()));
  for (const auto& worker : workers) {
    auto& beat = *beats.emplace_back(std::make_unique<OpenBeat>());
    beat.request = BeatOf(worker);
    beat.context.set_deadline(std::chrono::system_clock::now() + kBeatTimeout);
    worker.registry->async()->Heartbeat(
        &beat.context, &beat.request, &beat.response, [&answered, &worker](const grpc::Status& status) {
          if (!status.ok())
            std::fprintf(stderr, "beat of %s: %s\n", worker.id.c_str(), status.error_message().c_str());
          answered.count_down();
        });
  }
  answered.wait();
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const rpc::Identity& identity) {
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = identity.ca;
  options.pem_key_cert_pairs.push_back({identity.key, identity.certificate});
  return grpc::SslServerCredentials(options);
}

}  // namespace

struct SimulatedWorkers::Parts {
  explicit Parts(OnOrder on_order) : agent(std::move(on_order)) {}

  void BeatUntilStopped(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      BeatAll(workers);
      wake.wait_for(lock, stop, kBeatInterval, [] { return false; });
    }
  }

  Agent agent;
  std::vector<Joined> workers;
  std::unique_ptr<grpc::Server> server;
  std::mutex
      mutex;  // guards the workers' loads, and is held for each beat: none is overtaken by an older one
  std::condition_variable_any wake;
  std::jthread beats;
};

SimulatedWorkers::SimulatedWorkers(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SimulatedWorkers::~SimulatedWorkers() {
  parts_->beats = {};
  parts_->server->Shutdown(std::chrono::system_clock::now() + Millis(500));
}

v1::Load SimulatedWorkers::IdleLoad() {
  v1::Load load;
  load.set_memory_total_mib(kMemoryMib);
  load.set_memory_available_mib(kMemoryMib);
  load.set_disk_total_mib(kMemoryMib);
  load.set_disk_free_mib(kMemoryMib);
  load.set_networks_free(100'000);
  return load;
}

Status SimulatedWorkers::SetLoad(std::size_t worker, const v1::Load& load) {
  const std::lock_guard lock(parts_->mutex);
  parts_->workers.at(worker).load = load;
  return Beat(parts_->workers.at(worker));
}

Result<std::unique_ptr<SimulatedWorkers>> SimulatedWorkers::Start(const std::string& cluster,
                                                                  const std::vector<std::string>& tokens,
                                                                  OnOrder on_order) {
  auto parts = std::make_unique<Parts>(std::move(on_order));
  grpc::ServerBuilder builder;
  builder.RegisterService(&parts->agent);
  parts->workers.reserve(tokens.size());
  for (const auto& token : tokens) {
    EDM_TRY(auto joined, Join(cluster, fmt::format("simulated-{}", parts->workers.size()), token));
    auto& worker = parts->workers.emplace_back(std::move(joined));
    builder.AddListeningPort("127.0.0.1:0", Credentials(worker.identity), &worker.port);
  }
  parts->server = builder.BuildAndStart();
  for (auto& worker : parts->workers) EDM_CHECK(Register(worker));
  parts->beats =
      std::jthread([bare = parts.get()](const std::stop_token& stop) { bare->BeatUntilStopped(stop); });
  return std::unique_ptr<SimulatedWorkers>(new SimulatedWorkers(std::move(parts)));
}

}  // namespace edm
