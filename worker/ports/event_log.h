#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/order.h"

namespace edm::worker {

struct AttemptKey {
  std::string instance;
  std::uint32_t attempt = 0;
  auto operator<=>(const AttemptKey&) const = default;
};

// The histories of attempts: read again from any cursor, also after kill -9. Any thread.
// Of one attempt at most kLogBytesMax of build output are kept; then a warning says that lines are left out.
class EventLog {
 public:
  static constexpr std::size_t kLogBytesMax = 16 * 1024 * 1024;

  // Ends its subscription when it is destroyed; a callback that runs then may still finish.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~EventLog() = default;

  // Gives the event its cursor. What cannot be written is still shown to those who follow.
  virtual void Append(const AttemptKey& key, const AttemptEvent& event) = 0;

  // Events after the cursor, in order, at most `events_max`. Nothing known of that attempt: none.
  virtual Result<std::vector<AttemptEvent>> Read(const AttemptKey& key, std::uint32_t after,
                                                 std::size_t events_max) = 0;

  // Calls back, on the thread that appended, after each Append: must return soon and not call back into this.
  virtual std::unique_ptr<Subscription> Follow(const AttemptKey& key, std::function<void()> on_event) = 0;

  virtual void Drop(const AttemptKey& key) = 0;
  // Drops all others: what a kill between the journal's line and the history has left. At start.
  virtual void KeepOnly(const std::set<AttemptKey>& known) = 0;
};

}  // namespace edm::worker
