#include "master/adapters/channel/attempt_follower.h"

#include <utility>

#include "common/rpc/alarm.h"
#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/order.h"
#include "common/rpc/status.h"

namespace edm::master {
namespace {

// What the worker will say again however often it is asked.
bool IsFinal(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::UNIMPLEMENTED:
      return true;
    default:
      return false;
  }
}

}  // namespace

// One stream. Deletes itself when gRPC is done with it.
class AttemptFollower::Try final : public grpc::ClientReadReactor<v1::AttemptEvent> {
 public:
  Try(std::shared_ptr<AttemptFollower> owner, std::shared_ptr<WorkerStubs::Stub> stub,
      v1::AssignRequest request)
      : owner_(std::move(owner)), stub_(std::move(stub)), request_(std::move(request)) {}

  void Begin() {
    stub_->async()->Assign(&context_, &request_, this);
    AddHold();  // reads are also begun from outside of reactions
    StartRead(&event_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return RemoveHold();
    ++in_flight_;
    owner_->Deliver(event_, owner_, *this);
    const std::lock_guard lock(mutex_);
    if (in_flight_ < WorkerChannel::kEventsInFlight) {
      StartRead(&event_);
    } else {
      paused_ = true;
    }
  }
  void Taken() {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (!std::exchange(paused_, false)) return;
    StartRead(&event_);
  }
  void OnDone(const grpc::Status& status) override {
    owner_->OnTryDone(status);
    self_.reset();
  }

  std::shared_ptr<Try> self_;  // until OnDone

 private:
  const std::shared_ptr<AttemptFollower> owner_;
  const std::shared_ptr<WorkerStubs::Stub> stub_;
  const v1::AssignRequest request_;
  grpc::ClientContext context_;
  v1::AttemptEvent event_;
  std::mutex mutex_;
  std::atomic<std::size_t> in_flight_{0};
  bool paused_ = false;  // guarded by mutex_
};

AttemptFollower::AttemptFollower(WorkerStubs& stubs, Listener listener, Order order,
                                 std::uint32_t after_cursor)
    : stubs_(stubs), listener_(std::move(listener)), order_(std::move(order)), cursor_(after_cursor) {}

void AttemptFollower::Begin(const WorkerAddress& worker) {
  {
    const std::lock_guard lock(mutex_);
    worker_ = worker;
  }
  Launch();
}

void AttemptFollower::Renew(const WorkerAddress& worker, Order order) {
  const std::lock_guard lock(mutex_);
  worker_ = worker;
  order_ = std::move(order);
  failures_ = 0;
  if (current_ == nullptr) return;  // it waits for its next try
  again_at_once_ = true;
  current_->Cancel();
}

void AttemptFollower::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (current_ != nullptr) current_->Cancel();
}

void AttemptFollower::Launch() {
  std::unique_lock lock(mutex_);
  if (stopped_) {
    lock.unlock();
    return listener_.on_over();
  }
  v1::AssignRequest request;
  *request.mutable_order() = rpc::ToProto(order_);
  request.set_after_cursor(cursor_);
  auto stub = stubs_.Of(worker_);
  if (!stub.ok()) {
    const auto failures = ++failures_;
    lock.unlock();
    return Later(failures);
  }
  auto attempt = std::make_shared<Try>(shared_from_this(), std::move(stub).value(), std::move(request));
  attempt->self_ = attempt;
  current_ = attempt.get();
  lock.unlock();
  attempt->Begin();
}

void AttemptFollower::Deliver(const v1::AttemptEvent& message, const std::shared_ptr<AttemptFollower>& self,
                              Try& from) {
  std::string operation;
  std::uint32_t attempt = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || message.cursor() <= cursor_) return from.Taken();
    cursor_ = message.cursor();
    failures_ = 0;
    ended_ = ended_ || message.has_end();
    operation = order_.operation;
    attempt = order_.attempt;
  }
  listener_.on_event(operation, attempt, rpc::FromProto(message),
                     [self, held = from.self_] { held->Taken(); });
}

void AttemptFollower::OnTryDone(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  current_ = nullptr;
  const bool over = ended_ || stopped_;
  const bool at_once = std::exchange(again_at_once_, false);
  const bool refused = !over && !at_once && !status.ok() && IsFinal(status.error_code());
  const auto failures = over || at_once ? 0 : ++failures_;
  const auto operation = order_.operation;
  const auto attempt = order_.attempt;
  const auto object = "worker " + worker_.worker;
  lock.unlock();
  if (over) return listener_.on_over();
  if (refused) {
    listener_.on_refused(operation, attempt, rpc::FromGrpc(status, object));
    return listener_.on_over();
  }
  if (at_once) return Launch();
  Later(failures);
}

void AttemptFollower::Later(std::uint32_t failures) {
  rpc::After(kRetry.After(failures), [self = shared_from_this()] { self->Launch(); });
}

}  // namespace edm::master
