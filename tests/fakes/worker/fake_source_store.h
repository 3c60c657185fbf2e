#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "worker/ports/source_store.h"

namespace edm::worker {

// Checkouts and mirrors in memory. Any thread.
class FakeSourceStore final : public SourceStore {
 public:
  void FailNext(Error error) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::move(error));
  }
  void Delay(Millis lasts) {
    const std::lock_guard lock(mutex_);
    delay_ = lasts;
  }
  std::set<std::string> mirrors() const {
    const std::lock_guard lock(mutex_);
    return mirrors_;
  }
  // Directory to the commit of its last layer.
  std::map<std::string, std::string> checkouts() const {
    const std::lock_guard lock(mutex_);
    return checkouts_;
  }
  void DropCheckoutsUnder(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    std::erase_if(checkouts_, [&](const auto& one) { return one.first.starts_with(prefix); });
  }

  Status Checkout(const CheckoutRequest& request, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    std::condition_variable_any never;
    never.wait_for(lock, stop, delay_, [] { return false; });
    if (stop.stop_requested()) return Error{Code::kCancelled, "source", "cancelled"};
    if (!failures_.empty()) {
      Error error = std::move(failures_.front());
      failures_.pop_front();
      return error;
    }
    for (const auto& layer : request.layers) mirrors_.insert(layer.mirror);
    checkouts_[request.directory] = request.layers.back().access.commit;
    return Ok();
  }

  Status DropMirror(const std::string& mirror) override {
    const std::lock_guard lock(mutex_);
    mirrors_.erase(mirror);
    return Ok();
  }

 private:
  mutable std::mutex mutex_;
  Millis delay_{0};
  std::deque<Error> failures_;
  std::set<std::string> mirrors_;
  std::map<std::string, std::string> checkouts_;
};

}  // namespace edm::worker
