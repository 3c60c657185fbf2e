#include "worker/app/http_front.h"

#include <fmt/format.h>

namespace edm::worker {
namespace {

bool IsLocal(const std::string& peer) { return peer.starts_with("127.") || peer.starts_with("[::1]"); }

std::string Gauge(std::string_view name, std::string_view help, double value) {
  return fmt::format("# HELP edm_worker_{0} {1}\n# TYPE edm_worker_{0} gauge\nedm_worker_{0} {2}\n", name,
                     help, value);
}

}  // namespace

void HttpFront::Handle(const std::shared_ptr<rpc::Exchange>& exchange) const {
  const auto& request = exchange->request();
  if (request.path == "/healthz") return rpc::RespondText(*exchange, 200, "ok\n");
  if (request.path == "/readyz") {
    const auto trouble = peers_.trouble();
    if (!trouble) return rpc::RespondText(*exchange, 200, "ready\n");
    return rpc::RespondText(*exchange, 503, ToString(*trouble) + "\n");
  }
  if (request.path != "/metrics")
    return rpc::RespondText(*exchange, 404, "see /healthz, /readyz and /metrics\n");
  if (!IsLocal(request.peer))
    return rpc::RespondText(*exchange, 403, "metrics are for callers on this machine\n");
  rpc::RespondText(*exchange, 200, peers_.metrics());
}

std::string ToText(const MetricValues& values) {
  return Gauge("instances_running", "Instances that are meant to run here.", values.counts.running) +
         Gauge("instances_building", "Instances that are being built here.", values.counts.building) +
         Gauge("cpu_share", "Share of the cores in use, smoothed.", values.cpu) +
         Gauge("memory_available_mib", "Memory that is available.", values.memory_available_mib) +
         Gauge("disk_free_mib", "Free room for the data folder.", values.disk_free_mib) +
         Gauge("networks_free", "Subnets that are left for networks.", values.networks_free) +
         Gauge("ports_free", "Host ports that are left for instances.", values.ports_free) +
         Gauge("calls", "Calls of the master in progress.", static_cast<double>(values.calls)) +
         Gauge("registered", "1 while a master knows this worker.", values.registered ? 1 : 0);
}

}  // namespace edm::worker
