#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "master/ports/worker_channel.h"

namespace edm::master {

// A worker's stream on its way to a client. The worker may speak before the stream is here, and the client
// may leave before that or after. Any thread.
class HeldStream {
 public:
  // Asks for what Next was called for meanwhile. False, and the stream is let go, after Drop.
  bool Hold(std::unique_ptr<WorkerStream> stream) {
    const std::shared_ptr<WorkerStream> held(std::move(stream));
    bool owed = false;
    {
      const std::lock_guard lock(mutex_);
      if (dropped_) return false;
      stream_ = held;
      owed = std::exchange(next_owed_, false);
    }
    if (owed) held->Next();
    return true;
  }
  void Next() {
    std::shared_ptr<WorkerStream> stream;
    {
      const std::lock_guard lock(mutex_);
      stream = stream_;
      next_owed_ = stream == nullptr;
    }
    if (stream) stream->Next();
  }
  std::shared_ptr<WorkerStream> Get() const {  // null before Hold and after Drop
    const std::lock_guard lock(mutex_);
    return stream_;
  }
  // False when that was done before.
  bool Drop() {
    std::shared_ptr<WorkerStream> gone;  // let go of outside the lock
    const std::lock_guard lock(mutex_);
    gone = std::move(stream_);
    return !std::exchange(dropped_, true);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<WorkerStream> stream_;  // guarded by mutex_
  bool next_owed_ = false;                // guarded by mutex_
  bool dropped_ = false;                  // guarded by mutex_
};

}  // namespace edm::master
