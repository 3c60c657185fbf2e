#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/rpc/http/exchange.h"

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

}  // namespace edm::worker
