#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>

#include "common/rpc/call.h"

namespace edm::worker {

// Sends from a thread that may block: at most so many messages wait in the transport, so that a slow reader
// slows the source down. Shared with the transport's callbacks.
class PacedSender : public std::enable_shared_from_this<PacedSender> {
 public:
  static constexpr std::size_t kUnsentMax = 64;

  static std::shared_ptr<PacedSender> For(std::shared_ptr<rpc::ServerCall> call);

  // False once the client has left.
  bool Send(const google::protobuf::Message& message);
  // Requested when the client leaves.
  std::stop_token stop() const { return gone_.get_token(); }
  rpc::ServerCall& call() { return *call_; }

 private:
  explicit PacedSender(std::shared_ptr<rpc::ServerCall> call) : call_(std::move(call)) {}
  void Sent(bool is_there);

  const std::shared_ptr<rpc::ServerCall> call_;
  std::stop_source gone_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t unsent_ = 0;  // guarded by mutex_
};

}  // namespace edm::worker
