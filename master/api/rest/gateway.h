#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/http/exchange.h"
#include "common/rpc/method_table.h"

namespace edm::master::rest {

struct GatewayLimits {
  std::uint64_t json_bytes_max = 1 << 20;
  std::uint64_t upload_bytes_max = std::uint64_t{4} << 30;
};

// The RPCs of a method table as REST, by their `http` options, and /openapi.json made from the same
// descriptors. Each request calls the same handler as its RPC would. Stop the HTTP server before this goes.
class Gateway {
 public:
  // The table must outlive it. `version`: of the program, for the OpenAPI document.
  Gateway(const rpc::MethodTable& table, rpc::Authenticate authenticate, const std::string& version,
          GatewayLimits limits = {});
  ~Gateway();

  // Whether a path is the gateway's: /v1 and what lies under it, /openapi.json.
  static bool Takes(std::string_view path);

  // On an io thread of the HTTP server.
  void Handle(std::shared_ptr<rpc::Exchange> exchange);

  // Any thread.
  const std::string& openapi();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace edm::master::rest
