#include "worker/app/http_front.h"

namespace edm::worker {
namespace {

bool IsLocal(const std::string& peer) { return peer.starts_with("127.") || peer.starts_with("[::1]"); }

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

}  // namespace edm::worker
