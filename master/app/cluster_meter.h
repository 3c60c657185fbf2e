#pragma once

#include <atomic>
#include <cstdint>

#include "common/adapters/metrics/call_meter.h"
#include "master/model/decision.h"

namespace edm::master {

// Counts what was decided and stored since this master started. Any thread.
class ClusterMeter {
 public:
  ClusterMeter() : operations_(kWorkSeconds), steps_(kWorkSeconds) {}

  void Count(const Decision& decision);
  void Expose(Exposition& to) const;

 private:
  void Count(const Operation& ended);
  void Count(const Step& step);

  CallMeter operations_;  // by kind and state
  CallMeter steps_;       // by name and state
  std::atomic<std::uint64_t> orders_{0};
  std::atomic<std::uint64_t> workers_lost_{0};
};

}  // namespace edm::master
