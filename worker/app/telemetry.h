#pragma once

#include <string>

#include "common/adapters/metrics/call_meter.h"
#include "common/rpc/method_table.h"
#include "worker/app/attempt_telemetry.h"
#include "worker/app/metrics.h"

namespace edm::worker {

// What is counted while a worker runs, and how it is shown to Prometheus. Any thread.
class Telemetry {
 public:
  Telemetry() : calls_(kCallSeconds) {}

  AttemptTelemetry& attempts() { return attempts_; }
  // Counts the calls of every handler in the table. Before serving; the table must not outlive this.
  void Meter(rpc::MethodTable& table);

  // Prometheus' text form.
  std::string Render(const WorkerReadings& readings) const;

 private:
  AttemptTelemetry attempts_;
  CallMeter calls_;
};

}  // namespace edm::worker
