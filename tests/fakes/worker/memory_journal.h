#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "worker/core/journal.h"

namespace edm::worker {

// A journal in memory that can die: after so many writes it keeps none, as if the machine were gone. Any
// thread.
class MemoryJournal final : public Journal {
 public:
  // The next `writes` are kept, and none after them until Revive. `at_lost` is called with each that is lost.
  void DieAfter(int writes, std::function<void()> at_lost) {
    const std::lock_guard lock(mutex_);
    left_ = writes;
    at_lost_ = std::move(at_lost);
  }
  void Revive() {
    const std::lock_guard lock(mutex_);
    left_ = -1;
  }
  bool is_dead() const {
    const std::lock_guard lock(mutex_);
    return left_ == 0;
  }
  void FailNext(Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
  }
  bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return holdings_.empty() && attempts_.empty();
  }

  Result<JournalContents> Load() override {
    const std::lock_guard lock(mutex_);
    JournalContents contents{.epoch = epoch_};
    for (const auto& [key, holding] : holdings_) contents.holdings.push_back(holding);
    for (const auto& [key, attempt] : attempts_) contents.attempts.push_back(attempt);
    return contents;
  }
  Status PutEpoch(std::uint32_t epoch) override {
    return Write([&] { epoch_ = epoch; });
  }
  Status Put(const AttemptRecord& attempt, const Holding& holding) override {
    return Write([&] {
      attempts_[{attempt.order.instance, attempt.order.attempt}] = attempt;
      holdings_[holding.instance] = holding;
    });
  }
  Status PutHolding(const Holding& holding) override {
    return Write([&] { holdings_[holding.instance] = holding; });
  }
  Status DropHolding(const std::string& instance) override {
    return Write([&] { holdings_.erase(instance); });
  }
  Status DropAttempt(const std::string& instance, std::uint32_t attempt) override {
    return Write([&] { attempts_.erase({instance, attempt}); });
  }

 private:
  Status Write(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    if (failure_) return *std::exchange(failure_, std::nullopt);
    if (left_ == 0) {
      at_lost_();
      return Ok();
    }
    if (left_ > 0) --left_;
    change();
    return Ok();
  }

  mutable std::mutex mutex_;
  int left_ = -1;
  std::function<void()> at_lost_;
  std::optional<Error> failure_;
  std::uint32_t epoch_ = 0;
  std::map<std::string, Holding> holdings_;
  std::map<std::pair<std::string, std::uint32_t>, AttemptRecord> attempts_;
};

}  // namespace edm::worker
