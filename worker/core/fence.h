#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "common/base/time.h"

namespace edm::worker {

// Until when this worker may run what must never run twice: a master that does not hear it either starts the
// same elsewhere once the fence has surely closed.
struct Fence {
  // When the last call that a leading master answered was sent; none: not since this machine's start.
  std::optional<SteadyTime> heard;
  Millis after{10'000};
};

bool IsClosed(const Fence& fence, SteadyTime now);

// Worker and master may be told different times: the smaller one is safe for both.
inline Millis FenceAfter(Millis own, std::optional<Millis> told) { return told ? std::min(own, *told) : own; }

struct FenceFacts {
  bool closed = false;
  bool singleton = false;
  bool brings_up = false;  // an attempt is under way that is to run it
  bool runs = false;       // it is meant to run now
};

enum class FenceMove : std::uint8_t {
  kNone,
  kBreakOff,  // the attempt under way; what it has started is stopped next
  kStop,      // and it stays so until a new order comes
};

FenceMove MoveOf(const FenceFacts& facts);

}  // namespace edm::worker
