#pragma once

#include <memory>

#include "common/adapters/process/child.h"
#include "common/adapters/system/loop_thread.h"

namespace edm {

// Starts children from one permanent thread: the kernel ends a child (PDEATHSIG) when the *thread* that
// started it ends.
class Spawner {
 public:
  // Error: the program or folder is not there, may not be run, or no process can be made.
  Result<std::unique_ptr<Child>> Spawn(const ProcessSpec& spec);

 private:
  LoopThread thread_{"edm-spawn"};
};

}  // namespace edm
