#pragma once

#include <thread>

#include "common/ports/leader_lock.h"

namespace edm {

// For a master that is alone by other means: its state is a file, and a file lock keeps others away from it.
class SoleLeaderLock final : public LeaderLock {
 public:
  Result<bool> Take(const std::string& record) override {
    holder_ = LockHolder{record, "sole", 0, true};
    return true;
  }
  Status Renew() override { return Ok(); }
  Result<std::optional<LockHolder>> Look(Millis wait) override {
    std::this_thread::sleep_for(holder_ ? wait : Millis(0));
    return holder_;
  }
  Status Oust(const LockHolder&) override { return Ok(); }
  void Release() override { holder_.reset(); }

 private:
  std::optional<LockHolder> holder_;
};

}  // namespace edm
