#include "master/adapters/channel/grpc_worker_channel.h"

#include <vector>

#include "common/rpc/alarm.h"
#include "common/rpc/channel.h"
#include "common/rpc/mapping/disk.h"
#include "common/rpc/mapping/usage.h"
#include "common/rpc/status.h"
#include "master/adapters/channel/attempt_follower.h"
#include "master/adapters/channel/worker_streams.h"

namespace edm::master {

struct GrpcWorkerChannel::Shared {
  Shared(std::optional<rpc::Identity> identity, EnrolmentOf enrolment_of)
      : stubs(std::move(identity), std::move(enrolment_of)) {}

  WorkerStubs stubs;
  OnEvent on_event;      // set by Listen
  OnRefused on_refused;  // set by Listen
  std::mutex mutex;
  std::condition_variable changed;
  std::map<Key, std::shared_ptr<AttemptFollower>> followers;  // guarded by mutex
  std::size_t followed = 0;                                   // guarded by mutex; followers that are not over
  bool stopping = false;                                      // guarded by mutex

  void Over(const Key& key, const AttemptFollower* which) {
    std::shared_ptr<AttemptFollower> gone;
    const std::lock_guard lock(mutex);
    --followed;
    if (const auto found = followers.find(key); found != followers.end() && found->second.get() == which) {
      gone = std::move(found->second);
      followers.erase(found);
    }
    changed.notify_all();
  }
};

namespace {

// A stream that never began.
class NoStream final : public WorkerStream {
 public:
  void Next() override {}
  void Write(ExecInput, std::function<void(bool)> taken) override { taken(false); }
};

// One unary call; gone when answered.
template <class Request, class Response>
struct UnaryCall {
  std::shared_ptr<WorkerStubs::Stub> stub;
  grpc::ClientContext context;
  Request request;
  Response response;
};

Footprint FromProto(const v1::Footprint& message) {
  Footprint footprint;
  footprint.containers = {message.containers().begin(), message.containers().end()};
  footprint.networks = {message.networks().begin(), message.networks().end()};
  footprint.images = {message.images().begin(), message.images().end()};
  for (const auto& one : message.volumes()) {
    footprint.volumes.push_back({one.name(), {}});
    if (one.has_size_kib()) footprint.volumes.back().size_kib = one.size_kib();
  }
  if (message.has_images_kib()) footprint.images_kib = message.images_kib();
  footprint.releases = message.releases();
  return footprint;
}

struct Cancellation {
  WorkerAddress worker;
  v1::CancelAttemptRequest request;
  std::uint32_t tries = 0;
};

bool MayHelpLater(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
}

void SendCancel(WorkerStubs& stubs, std::shared_ptr<void> keep, Cancellation cancellation) {
  const auto stub = stubs.Of(cancellation.worker);
  if (!stub.ok()) return;
  auto call = std::make_shared<UnaryCall<v1::CancelAttemptRequest, google::protobuf::Empty>>();
  call->stub = *stub;
  call->request = cancellation.request;
  rpc::Apply({GrpcWorkerChannel::kCallDeadline, false}, call->context);
  call->stub->async()->CancelAttempt(
      &call->context, &call->request, &call->response,
      [&stubs, keep, call, cancellation = std::move(cancellation)](const grpc::Status& status) mutable {
        if (!MayHelpLater(status) || ++cancellation.tries >= GrpcWorkerChannel::kCancelTriesMax) return;
        const auto pause = GrpcWorkerChannel::kCancelRetry.After(cancellation.tries);
        rpc::After(pause, [&stubs, keep, cancellation = std::move(cancellation)] {
          SendCancel(stubs, keep, cancellation);
        });
      });
}

}  // namespace

GrpcWorkerChannel::GrpcWorkerChannel(std::optional<rpc::Identity> identity, EnrolmentOf enrolment_of)
    : shared_(std::make_shared<Shared>(std::move(identity), std::move(enrolment_of))) {}

void GrpcWorkerChannel::LetGo() {
  std::vector<std::shared_ptr<AttemptFollower>> all;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    for (const auto& [key, follower] : shared_->followers) all.push_back(follower);
  }
  for (const auto& one : all) one->Stop();
}

GrpcWorkerChannel::~GrpcWorkerChannel() {
  LetGo();
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] { return shared_->followed == 0; });
  lock.unlock();
  shared_->stubs.Close(kCallDeadline);
}

void GrpcWorkerChannel::Listen(OnEvent on_event, OnRefused on_refused) {
  shared_->on_event = std::move(on_event);
  shared_->on_refused = std::move(on_refused);
}

void GrpcWorkerChannel::Assign(const WorkerAddress& worker, Order order, std::uint32_t after_cursor) {
  const Key key{order.instance, order.attempt};
  std::shared_ptr<AttemptFollower> follower;
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopping) return;
    if (const auto found = shared_->followers.find(key); found != shared_->followers.end()) {
      return found->second->Renew(worker, std::move(order));
    }
    const auto self = std::make_shared<std::weak_ptr<AttemptFollower>>();
    AttemptFollower::Listener listener{shared_->on_event, shared_->on_refused, [shared = shared_, key, self] {
                                         shared->Over(key, self->lock().get());
                                       }};
    follower = std::make_shared<AttemptFollower>(shared_->stubs, std::move(listener), std::move(order),
                                                 after_cursor);
    *self = follower;
    shared_->followers[key] = follower;
    ++shared_->followed;
  }
  follower->Begin(worker);
}

void GrpcWorkerChannel::Unfollow(const std::string& instance, std::uint32_t attempt) {
  std::shared_ptr<AttemptFollower> follower;
  {
    const std::lock_guard lock(shared_->mutex);
    const auto found = shared_->followers.find({instance, attempt});
    if (found == shared_->followers.end()) return;
    follower = std::move(found->second);
    shared_->followers.erase(found);
  }
  follower->Stop();
}

void GrpcWorkerChannel::Cancel(const WorkerAddress& worker, const std::string& instance,
                               std::uint32_t attempt, std::uint32_t epoch, const std::string& reason) {
  Cancellation cancellation{worker, {}, 0};
  cancellation.request.set_epoch(epoch);
  cancellation.request.set_instance(instance);
  cancellation.request.set_attempt(attempt);
  cancellation.request.set_reason(reason);
  SendCancel(shared_->stubs, shared_, std::move(cancellation));
}

std::unique_ptr<WorkerStream> GrpcWorkerChannel::StreamLogs(
    const WorkerAddress& worker, const LogQuery& query, std::function<void(std::vector<LogRecord>)> on_next,
    std::function<void(Status)> on_end) {
  auto stub = shared_->stubs.Of(worker);
  if (stub.ok())
    return OpenLogs(std::move(stub).value(), worker, query, std::move(on_next), std::move(on_end));
  on_end(stub.error());
  return std::make_unique<NoStream>();
}

std::unique_ptr<WorkerStream> GrpcWorkerChannel::Exec(const WorkerAddress& worker, const ExecCommand& command,
                                                      std::function<void(ExecOutput)> on_next,
                                                      std::function<void(Status)> on_end) {
  auto stub = shared_->stubs.Of(worker);
  if (stub.ok())
    return OpenExec(std::move(stub).value(), worker, command, std::move(on_next), std::move(on_end));
  on_end(stub.error());
  return std::make_unique<NoStream>();
}

void GrpcWorkerChannel::GetFootprint(const WorkerAddress& worker, const std::string& instance,
                                     std::function<void(Result<Footprint>)> answer) {
  auto stub = shared_->stubs.Of(worker);
  if (!stub.ok()) return answer(std::move(stub).error());
  auto call = std::make_shared<UnaryCall<v1::GetFootprintRequest, v1::Footprint>>();
  call->stub = std::move(stub).value();
  call->request.set_id(instance);
  rpc::Apply({kCallDeadline, false}, call->context);
  call->stub->async()->GetFootprint(
      &call->context, &call->request, &call->response,
      [call, answer = std::move(answer), object = "worker " + worker.worker](const grpc::Status& status) {
        if (!status.ok()) return answer(rpc::FromGrpc(status, object));
        answer(FromProto(call->response));
      });
}

void GrpcWorkerChannel::GetUsage(const WorkerAddress& worker, const std::string& instance,
                                 std::function<void(Result<std::vector<InstanceUsage>>)> answer) {
  auto stub = shared_->stubs.Of(worker);
  if (!stub.ok()) return answer(std::move(stub).error());
  auto call = std::make_shared<UnaryCall<v1::GetUsageRequest, v1::GetUsageResponse>>();
  call->stub = std::move(stub).value();
  call->request.set_instance(instance);
  rpc::Apply({kCallDeadline, false}, call->context);
  call->stub->async()->GetUsage(
      &call->context, &call->request, &call->response,
      [call, answer = std::move(answer), worker = worker.worker](const grpc::Status& status) {
        if (!status.ok()) return answer(rpc::FromGrpc(status, "worker " + worker));
        std::vector<InstanceUsage> usages;
        for (const auto& one : call->response.usages()) {
          usages.push_back(rpc::FromProto(one));
          usages.back().worker = worker;
        }
        answer(std::move(usages));
      });
}

void GrpcWorkerChannel::GetDisk(const WorkerAddress& worker,
                                std::function<void(Result<MachineDisk>)> answer) {
  auto stub = shared_->stubs.Of(worker);
  if (!stub.ok()) return answer(std::move(stub).error());
  auto call = std::make_shared<UnaryCall<v1::GetDiskRequest, v1::MachineDisk>>();
  call->stub = std::move(stub).value();
  rpc::Apply({kDiskDeadline, false}, call->context);
  call->stub->async()->GetDisk(
      &call->context, &call->request, &call->response,
      [call, answer = std::move(answer), worker = worker.worker](const grpc::Status& status) {
        if (!status.ok()) return answer(rpc::FromGrpc(status, "worker " + worker));
        answer(rpc::FromProto(call->response));
      });
}

}  // namespace edm::master
