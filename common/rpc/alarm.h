#pragma once

#include <grpcpp/alarm.h>

#include <functional>
#include <memory>

#include "common/base/time.h"

namespace edm::rpc {

// Calls `what` after a while, on a thread of gRPC's; keeps itself alive until then.
inline void After(Millis delay, std::function<void()> what) {
  auto alarm = std::make_shared<grpc::Alarm>();
  auto* bare = alarm.get();
  bare->Set(std::chrono::system_clock::now() + delay,
            [alarm = std::move(alarm), what = std::move(what)](bool) mutable { what(); });
}

}  // namespace edm::rpc
