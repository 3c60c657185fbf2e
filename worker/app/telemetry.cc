#include "worker/app/telemetry.h"

#include "common/adapters/metrics/process.h"
#include "common/base/text.h"
#include "common/base/version.h"
#include "common/rpc/metered_call.h"

namespace edm::worker {

void Telemetry::Meter(rpc::MethodTable& table) {
  rpc::Meter(table, [this](const google::protobuf::MethodDescriptor& method, Code code,
                           std::chrono::microseconds took) {
    // An attempt's stream is open for as long as its work takes.
    if (method.server_streaming()) return calls_.Count(method.name(), Folded(CodeName(code)));
    calls_.Observe(method.name(), Folded(CodeName(code)), std::chrono::duration<double>(took).count());
  });
}

std::string Telemetry::Render(const WorkerReadings& readings) const {
  Exposition to;
  to.Gauge("edm_build_info", "1, with the version of this program");
  to.Value(1, {{"version", ThisVersion().number}, {"program", "edm-worker"}});
  ExposeReadings(to, readings);
  attempts_.Expose(to);
  calls_.Expose(to, {"edm_worker_rpc_call", "calls of the master", "method"});
  ExposeProcess(to);
  return to.text();
}

}  // namespace edm::worker
