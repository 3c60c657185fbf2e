#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "worker/ports/event_log.h"

namespace edm::worker {

// Histories in memory. Any thread.
class MemoryEventLog final : public EventLog {
 public:
  // Whether it takes what is appended.
  void Take(bool takes) {
    const std::lock_guard lock(mutex_);
    takes_ = takes;
  }

  void Append(const AttemptKey& key, const AttemptEvent& event) override {
    std::vector<std::function<void()>> callbacks;
    {
      const std::lock_guard lock(mutex_);
      if (!takes_) return;
      auto& events = events_[key];
      events.push_back(event);
      events.back().cursor = static_cast<std::uint32_t>(events.size());
      for (const auto& [id, follower] : followers_) {
        if (follower.first == key) callbacks.push_back(follower.second);
      }
    }
    for (const auto& callback : callbacks) callback();
  }

  Result<std::vector<AttemptEvent>> Read(const AttemptKey& key, std::uint32_t after,
                                         std::size_t events_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<AttemptEvent> read;
    const auto& events = events_[key];
    for (std::size_t i = after; i < events.size() && read.size() < events_max; ++i) read.push_back(events[i]);
    return read;
  }

  std::unique_ptr<Subscription> Follow(const AttemptKey& key, std::function<void()> on_event) override {
    const std::lock_guard lock(mutex_);
    const auto id = ++last_;
    followers_[id] = {key, std::move(on_event)};
    return std::make_unique<Ending>(*this, id);
  }

  void Drop(const AttemptKey& key) override {
    const std::lock_guard lock(mutex_);
    events_.erase(key);
  }

  void KeepOnly(const std::set<AttemptKey>& known) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(events_, [&](const auto& entry) { return !known.contains(entry.first); });
  }

  bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }

 private:
  class Ending final : public Subscription {
   public:
    Ending(MemoryEventLog& log, std::uint64_t id) : log_(log), id_(id) {}
    ~Ending() override {
      const std::lock_guard lock(log_.mutex_);
      log_.followers_.erase(id_);
    }

   private:
    MemoryEventLog& log_;
    const std::uint64_t id_;
  };

  mutable std::mutex mutex_;
  bool takes_ = true;
  std::uint64_t last_ = 0;
  std::map<AttemptKey, std::vector<AttemptEvent>> events_;
  std::map<std::uint64_t, std::pair<AttemptKey, std::function<void()>>> followers_;
};

}  // namespace edm::worker
