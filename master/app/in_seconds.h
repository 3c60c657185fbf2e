#pragma once

#include <algorithm>
#include <chrono>

namespace edm::master {

// 1.5. A wall clock may have stepped back in between: that took no time.
template <class Rep, class Period>
double InSeconds(std::chrono::duration<Rep, Period> time) {
  return std::max(0.0, std::chrono::duration<double>(time).count());
}

}  // namespace edm::master
