#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "common/base/time.h"

namespace edm::rpc {

// Bytes on their way to one client: filled by any thread, emptied by the io thread.
class Outbox {
 public:
  // A blocking writer waits while so much is queued.
  static constexpr std::size_t kWriteAheadBytes = 256 * 1024;

  enum class Taken : std::uint8_t { kNo, kYes, kYesAndWake };  // kYesAndWake: nobody is sending yet

  // Whatever its size; kNo once closed.
  Taken Push(std::string bytes);
  // kNo as well when more than `bytes_max` would be queued.
  Taken PushWithin(std::string bytes, std::size_t bytes_max);
  // Waits until less than kWriteAheadBytes is queued; false once closed.
  bool AwaitRoom();
  // Calls back once when less than kWriteAheadBytes is queued, perhaps at once; never after Close.
  void OnRoom(std::function<void()> callback);

  // The io thread takes all that waits; the bytes still count until Sent.
  std::deque<std::string> TakeAll();
  void Sent(std::size_t bytes);
  // True: nothing is left, and the next Push wakes the io thread again.
  bool Idle();
  void Close();
  bool closed() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> waiting_;  // all guarded by mutex_
  std::size_t queued_bytes_ = 0;
  bool sending_ = false;
  bool closed_ = false;
  std::function<void()> on_room_;
};

}  // namespace edm::rpc
