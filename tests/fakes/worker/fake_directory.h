#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "worker/ports/directory.h"

namespace edm::worker {

// What is published, in memory. Any thread.
class FakeDirectory final : public Directory {
 public:
  void SetAway(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  // The next call alone.
  void FailNext(Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
  }
  std::set<std::string> holders() const {
    const std::lock_guard lock(mutex_);
    return holders_;
  }
  std::map<std::string, Published> published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }

  Status PutHolder(const std::string& instance) override {
    return Unless([&] { holders_.insert(instance); });
  }
  Status DropHolder(const std::string& instance) override {
    return Unless([&] { holders_.erase(instance); });
  }
  Status PutEndpoints(const std::string& instance, const Published& published) override {
    return Unless([&] { published_[instance] = published; });
  }
  Status DropEndpoints(const std::string& instance) override {
    return Unless([&] { published_.erase(instance); });
  }
  Status Sweep(const std::function<Standing()>& standing) override {
    return Unless([&] {
      auto now = standing();
      for (const auto& one : now.in_hand) {
        now.running.erase(one);
        if (auto kept = published_.extract(one)) now.running.insert(std::move(kept));
      }
      published_ = std::move(now.running);
    });
  }

 private:
  template <class Change>
  Status Unless(Change change) {
    const std::lock_guard lock(mutex_);
    if (auto failure = std::exchange(failure_, std::nullopt)) return *failure;
    if (away_) return Error{Code::kUnavailable, "directory", "away", {}, "start it"};
    change();
    return Ok();
  }

  mutable std::mutex mutex_;
  std::optional<Error> failure_;
  bool away_ = false;
  std::set<std::string> holders_;
  std::map<std::string, Published> published_;
};

}  // namespace edm::worker
