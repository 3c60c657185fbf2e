#include "common/rpc/live_calls.h"

#include <utility>
#include <vector>

#include "common/base/text.h"

namespace edm::rpc {
namespace {

Error Stopping() { return {Code::kUnavailable, "server", "it is stopping", {}, "connect again in a moment"}; }

}  // namespace

Status LiveCalls::Enter() {
  const std::scoped_lock lock(mutex_);
  if (draining_) return Stopping();
  if (entered_ >= calls_max_) {
    return Error{Code::kResourceExhausted,
                 "server",
                 "it has " + Counted(calls_max_, "call") + " in progress",
                 {},
                 "try again in a moment"};
  }
  ++entered_;
  return Ok();
}

void LiveCalls::Add(const std::shared_ptr<GrpcCall>& call) {
  const std::scoped_lock lock(mutex_);
  calls_.emplace(call.get(), call);
}

void LiveCalls::Leave(const GrpcCall* call) {
  const std::scoped_lock lock(mutex_);
  --entered_;
  calls_.erase(call);
}

std::size_t LiveCalls::count() const {
  const std::scoped_lock lock(mutex_);
  return entered_;
}

void LiveCalls::Drain() {
  std::vector<std::shared_ptr<GrpcCall>> streams;
  {
    const std::scoped_lock lock(mutex_);
    draining_ = true;
    for (const auto& [key, weak] : calls_) {
      if (auto call = weak.lock(); call && call->streams_to_client()) streams.push_back(std::move(call));
    }
  }
  for (const auto& call : streams) call->End(Stopping());
}

}  // namespace edm::rpc
