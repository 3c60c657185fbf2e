#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/rpc/http/exchange.h"
#include "worker/ports/attempts.h"

namespace edm::worker {

// What answers on the HTTP port: /healthz, /readyz and, to callers on this machine, /metrics. For io threads.
class HttpFront {
 public:
  struct Peers {
    std::function<std::optional<Error>()> trouble;  // why it is not ready; none: it is
    std::function<std::string()> metrics;
  };

  explicit HttpFront(Peers peers) : peers_(std::move(peers)) {}
  void Handle(const std::shared_ptr<rpc::Exchange>& exchange) const;

 private:
  const Peers peers_;
};

struct MetricValues {
  Attempts::Counts counts;
  double cpu = 0;
  std::uint32_t memory_available_mib = 0;
  std::uint32_t disk_free_mib = 0;
  std::uint32_t networks_free = 0;
  std::uint32_t ports_free = 0;
  std::size_t calls = 0;
  bool registered = false;
};
// Prometheus' text exposition.
std::string ToText(const MetricValues& values);

}  // namespace edm::worker
