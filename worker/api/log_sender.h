#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>

#include "common/rpc/call.h"
#include "edm/v1/worker_service.pb.h"

namespace edm::worker {

// Sends lines from a thread that may block. A line goes at once where none is on its way; those that come
// meanwhile go together in the next message, so that many lines cost few messages and a single one never
// waits. A reader that is slow slows the source down. Shared with the transport's callbacks.
class LogSender : public std::enable_shared_from_this<LogSender> {
 public:
  static constexpr std::size_t kBatchBytesMax = 128 * 1024;  // and one line beyond

  static std::shared_ptr<LogSender> For(std::shared_ptr<rpc::ServerCall> call);

  // False once the client has left.
  bool Send(v1::LogLine line);
  // Blocks until all lines have gone, or the client.
  void Finish(Status status);
  // Requested when the client leaves.
  std::stop_token stop() const { return gone_.get_token(); }

 private:
  explicit LogSender(std::shared_ptr<rpc::ServerCall> call) : call_(std::move(call)) {}
  void Sent(bool is_there);
  void Flush(std::unique_lock<std::mutex> lock);

  const std::shared_ptr<rpc::ServerCall> call_;
  std::stop_source gone_;
  std::mutex mutex_;
  std::condition_variable room_;
  v1::LogLines waiting_;           // guarded by mutex_, as what follows
  std::size_t waiting_bytes_ = 0;  // of text
  bool under_way_ = false;
};

}  // namespace edm::worker
