#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/adapters/metrics/call_meter.h"
#include "common/rpc/method_table.h"
#include "master/app/cluster_meter.h"
#include "master/app/metrics.h"

namespace edm::master {

// What is counted while a master runs, and how it is shown to Prometheus. Any thread.
class Telemetry {
 public:
  Telemetry() : calls_(kCallSeconds), store_(kCallSeconds) {}

  // Of a decision that was stored: counted, and written to the log.
  void Witness(const Decision& decision);
  void StoreCalled(std::string_view call, Code outcome, std::chrono::microseconds took);
  // Counts the calls of every handler in the table. Before serving; the table must not outlive this.
  void Meter(rpc::MethodTable& table);

  // Prometheus' text form.
  std::string Render(const State& state, const MasterReadings& readings) const;

 private:
  ClusterMeter cluster_;
  CallMeter calls_;
  CallMeter store_;
};

}  // namespace edm::master
