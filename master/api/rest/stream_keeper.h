#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "master/api/rest/stream_call.h"

namespace edm::master::rest {

// Ticks open streams twice a second, for their heads and heartbeats, from a thread of its own that sleeps
// while there is none.
class StreamKeeper {
 public:
  StreamKeeper();
  ~StreamKeeper();
  void Keep(std::weak_ptr<StreamCall> stream);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<std::weak_ptr<StreamCall>> streams_;
  std::thread thread_;
};

}  // namespace edm::master::rest
