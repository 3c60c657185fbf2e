#pragma once

#include "common/model/order.h"

namespace edm::worker {

// Sees what happens to attempts, and changes nothing: for counts and the log. Called from any thread, with
// locks held: must return soon and not call back into the worker.
class AttemptWitness {
 public:
  virtual ~AttemptWitness() = default;

  // The order is on disk, and its work begins.
  virtual void OrderTaken(const Order& order) = 0;
  // What its master will read as well; the cursor is not set yet.
  virtual void Happened(const Order& order, const AttemptEvent& event) = 0;
};

}  // namespace edm::worker
