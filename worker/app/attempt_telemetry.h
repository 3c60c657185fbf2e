#pragma once

#include "common/adapters/metrics/call_meter.h"
#include "worker/ports/attempt_witness.h"

namespace edm::worker {

// Counts attempts and their steps, and writes them to the log under the ids that the master's lines carry.
class AttemptTelemetry final : public AttemptWitness {
 public:
  AttemptTelemetry() : attempts_(kWorkSeconds), steps_(kWorkSeconds) {}

  void OrderTaken(const Order& order) override;
  void Happened(const Order& order, const AttemptEvent& event) override;

  void Expose(Exposition& to) const;

 private:
  CallMeter attempts_;  // by target; "taken", and how they ended
  CallMeter steps_;     // by name and state
};

}  // namespace edm::worker
