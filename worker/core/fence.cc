#include "worker/core/fence.h"

namespace edm::worker {

bool IsClosed(const Fence& fence, SteadyTime now) {
  return !fence.heard || now - *fence.heard >= fence.after;
}

FenceMove MoveOf(const FenceFacts& facts) {
  if (!facts.closed || !facts.singleton) return FenceMove::kNone;
  if (facts.brings_up) return FenceMove::kBreakOff;
  return facts.runs ? FenceMove::kStop : FenceMove::kNone;
}

}  // namespace edm::worker
