#include "master/api/rest/wait_call.h"

#include <utility>

namespace edm::master::rest {

void WaitCall::Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) {
  {
    const std::scoped_lock lock(mutex_);
    operation_.CopyFrom(message);
  }
  if (on_sent) on_sent(true);
}

void WaitCall::Finish(Status status) {
  OnEnd on_end;
  std::function<void()> on_cancel;
  Result<edm::v1::Operation> result{edm::v1::Operation()};
  {
    const std::scoped_lock lock(mutex_);
    on_end = std::exchange(on_end_, nullptr);
    on_cancel = std::exchange(on_cancel_, nullptr);
    if (status.ok()) {
      result = operation_;
    } else {
      result = std::move(status).error();
    }
  }
  if (on_end) on_end(std::move(result));
}

void WaitCall::Cancel() {
  std::function<void()> on_cancel;
  OnEnd on_end;
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
    on_cancel = std::exchange(on_cancel_, nullptr);
    on_end = std::exchange(on_end_, nullptr);
  }
  if (on_cancel) on_cancel();
  if (on_end) on_end(Error{Code::kCancelled, "operation", "the client left", {}, ""});
}

void WaitCall::OnCancel(std::function<void()> on_cancel) {
  {
    const std::scoped_lock lock(mutex_);
    if (!on_end_ && !cancelled_) return;
    if (!cancelled_) {
      on_cancel_ = std::move(on_cancel);
      return;
    }
  }
  on_cancel();
}

}  // namespace edm::master::rest
