#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "common/ports/leader_lock.h"

namespace edm {

// Where fake locks meet: what Consul is to real ones. Any thread.
struct FakeLockService {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<LockHolder> holder;  // guarded by mutex; `ours` is not used
  std::uint64_t claims = 0;          // guarded by mutex
  bool away = false;                 // guarded by mutex: every call fails

  void SetAway(bool is_away) {
    const std::lock_guard lock(mutex);
    away = is_away;
  }
};

class FakeLeaderLock final : public LeaderLock {
 public:
  explicit FakeLeaderLock(std::shared_ptr<FakeLockService> service) : service_(std::move(service)) {}
  ~FakeLeaderLock() override { Release(); }

  Result<bool> Take(const std::string& record) override {
    const std::lock_guard lock(service_->mutex);
    if (service_->away) return Away();
    if (service_->holder) return service_->holder->claim == claim_;
    claim_ = "claim-" + std::to_string(++service_->claims);
    service_->holder = LockHolder{record, claim_, 0, false};
    service_->changed.notify_all();
    return true;
  }
  Status Renew() override {
    const std::lock_guard lock(service_->mutex);
    if (service_->away) return Away();
    if (!IsOurs()) return Error{Code::kAborted, "the lock of the masters", "it is not ours any more", {}, ""};
    ++service_->holder->pulse;
    return Ok();
  }
  Result<std::optional<LockHolder>> Look(Millis wait) override {
    std::unique_lock lock(service_->mutex);
    const auto claim = [this] { return service_->holder ? service_->holder->claim : ""; };
    service_->changed.wait_for(lock, wait, [&] { return claim() != seen_; });
    if (service_->away) return Away();
    seen_ = claim();
    auto holder = service_->holder;
    if (holder) holder->ours = IsOurs();
    return holder;
  }
  Status Oust(const LockHolder& holder) override {
    const std::lock_guard lock(service_->mutex);
    if (service_->away) return Away();
    if (service_->holder && service_->holder->claim == holder.claim) Free();
    return Ok();
  }
  void Release() override {
    const std::lock_guard lock(service_->mutex);
    if (IsOurs()) Free();
  }

 private:
  static Error Away() { return {Code::kUnavailable, "lock service", "it is away", {}, ""}; }
  bool IsOurs() const { return service_->holder && service_->holder->claim == claim_; }
  void Free() {
    service_->holder.reset();
    service_->changed.notify_all();
  }

  const std::shared_ptr<FakeLockService> service_;
  std::string claim_ = "none";
  std::string seen_;
};

}  // namespace edm
