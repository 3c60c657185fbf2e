#include "master/app/telemetry.h"

#include "common/adapters/metrics/process.h"
#include "common/base/text.h"
#include "common/base/version.h"
#include "common/rpc/metered_call.h"
#include "master/app/cluster_diary.h"
#include "master/app/in_seconds.h"

namespace edm::master {

void Telemetry::Witness(const Decision& decision) {
  cluster_.Count(decision);
  WriteDiary(decision);
}

void Telemetry::StoreCalled(std::string_view call, Code outcome, std::chrono::microseconds took) {
  store_.Observe(call, Folded(CodeName(outcome)), InSeconds(took));
}

void Telemetry::Meter(rpc::MethodTable& table) {
  rpc::Meter(table, [this](const google::protobuf::MethodDescriptor& method, Code code,
                           std::chrono::microseconds took) {
    // How long a stream was open says nothing of how quick the master is.
    if (method.server_streaming()) return calls_.Count(method.name(), Folded(CodeName(code)));
    calls_.Observe(method.name(), Folded(CodeName(code)), InSeconds(took));
  });
}

std::string Telemetry::Render(const State& state, const MasterReadings& readings) const {
  Exposition to;
  to.Gauge("edm_build_info", "1, with the version of this program");
  to.Value(1, {{"version", ThisVersion().number}, {"program", "edm-master"}});
  ExposeCluster(to, state);
  cluster_.Expose(to);
  to.Counter("edm_beats_total", "beats of workers that were taken",
             static_cast<double>(calls_.Counted("Heartbeat", "ok")));
  calls_.Expose(to, {"edm_rpc_call", "calls over gRPC and REST", "method"});
  store_.Expose(to, {"edm_store_call", "calls to the store of the state", "call"});
  ExposeReadings(to, readings);
  ExposeProcess(to);
  return to.text();
}

}  // namespace edm::master
