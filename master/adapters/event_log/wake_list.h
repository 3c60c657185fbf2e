#pragma once

#include <memory>
#include <vector>

#include "master/ports/event_log.h"

namespace edm::master {

// Who waits for the next line. One thread at a time; Take's result is called without any lock held.
class WakeList {
 public:
  static constexpr std::size_t kWaitersMax = 256;

  // False when as many wait already.
  bool Add(const Wake& wake) {
    std::erase_if(waiting_, [](const auto& one) { return one.expired(); });
    if (waiting_.size() >= kWaitersMax) return false;
    waiting_.push_back(wake);
    return true;
  }
  bool empty() const { return waiting_.empty(); }

  void TakeInto(std::vector<Wake>& woken) {
    for (const auto& one : waiting_) {
      if (auto wake = one.lock()) woken.push_back(std::move(wake));
    }
    waiting_.clear();
  }

 private:
  std::vector<std::weak_ptr<std::function<void()>>> waiting_;
};

inline void Call(const std::vector<Wake>& woken) {
  for (const auto& wake : woken) (*wake)();
}

}  // namespace edm::master
