#pragma once

#include <deque>
#include <functional>
#include <mutex>

namespace edm::rpc {

// Runs the callbacks of one call one at a time, in the order posted, on whichever thread posted while none
// was running. A callback may post.
class Strand {
 public:
  void Post(std::function<void()> callback);

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  bool running_ = false;
};

}  // namespace edm::rpc
