#pragma once

#include "common/base/time.h"

namespace edm {

// Keeps a daemon that mostly waits small: few heaps for its many threads, and now and then it gives back what
// a burst of work, or the start, has left behind. Made before any thread; owned and ticked by the main
// thread.
class ResidentMemory {
 public:
  static constexpr Millis kFirstAfter{10'000};  // from the construction: the start is over
  static constexpr Millis kEvery{60'000};

  ResidentMemory();
  // Called every few seconds.
  void Tick();

 private:
  SteadyTime next_;
};

// Freed memory, and the mappings of read-only code and data: they stay in the page cache, and what is used
// again is mapped again without reading the disk. Takes about a millisecond. Code is kept mapped in builds
// with assertions, where a debugger may have written into it.
void ReturnMemory();

}  // namespace edm
