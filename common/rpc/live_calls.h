#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "common/base/result.h"
#include "common/rpc/grpc_call.h"

namespace edm::rpc {

// The gRPC calls in progress, and the limit to their number. Any thread; outlives the server for late
// handlers.
class LiveCalls {
 public:
  explicit LiveCalls(std::size_t calls_max) : calls_max_(calls_max) {}

  // Counts one more, or refuses it: kResourceExhausted, kUnavailable while draining.
  Status Enter();
  // After Enter.
  void Add(const std::shared_ptr<GrpcCall>& call);
  void Leave(const GrpcCall* call);
  std::size_t count() const;

  // From now on none enters; ends the streams to clients, which would not end by themselves.
  void Drain();

 private:
  const std::size_t calls_max_;
  mutable std::mutex mutex_;
  std::size_t entered_ = 0;
  bool draining_ = false;
  std::unordered_map<const GrpcCall*, std::weak_ptr<GrpcCall>> calls_;
};

}  // namespace edm::rpc
