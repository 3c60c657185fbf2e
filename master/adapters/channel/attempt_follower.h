#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "common/base/backoff.h"
#include "common/model/order.h"
#include "master/adapters/channel/worker_stubs.h"

namespace edm::master {

// Follows one attempt on its worker until its end was seen: sends the order, and after a broken stream sends
// it again, from the last cursor. Callbacks come on gRPC's threads. Any thread.
class AttemptFollower : public std::enable_shared_from_this<AttemptFollower> {
 public:
  static constexpr Backoff kRetry{Millis(100), Millis(2'000)};

  struct Listener {
    WorkerChannel::OnEvent on_event;
    WorkerChannel::OnRefused on_refused;
    std::function<void()> on_over;  // nothing more will come
  };

  AttemptFollower(WorkerStubs& stubs, Listener listener, Order order, std::uint32_t after_cursor);

  void Begin(const WorkerAddress& worker);
  // Takes over another address and order, and begins anew.
  void Renew(const WorkerAddress& worker, Order order);
  void Stop();

 private:
  class Try;
  void Launch();
  void Deliver(const v1::AttemptEvent& message, const std::shared_ptr<AttemptFollower>& self, Try& from);
  void OnTryDone(const grpc::Status& status);
  void Later(std::uint32_t failures);

  WorkerStubs& stubs_;
  const Listener listener_;
  std::mutex mutex_;
  WorkerAddress worker_;        // guarded by mutex_
  Order order_;                 // guarded by mutex_
  std::uint32_t cursor_ = 0;    // guarded by mutex_; of the last event given away
  std::uint32_t failures_ = 0;  // guarded by mutex_; tries without an event
  bool ended_ = false;          // guarded by mutex_; its end was seen
  bool stopped_ = false;        // guarded by mutex_
  bool again_at_once_ = false;  // guarded by mutex_
  Try* current_ = nullptr;      // guarded by mutex_
};

}  // namespace edm::master
