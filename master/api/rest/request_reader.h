#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/call.h"
#include "common/rpc/http/exchange.h"
#include "master/api/rest/route_table.h"

namespace edm::master::rest {

inline constexpr Millis kWaitMax{600'000};  // what ?wait= may ask for; more is cut

// A request as the RPC has it, and what HTTP says about the answer.
struct ReadRequest {
  std::shared_ptr<google::protobuf::Message> message;
  std::optional<Millis> wait;  // for the operation's end: ?wait=60s or "Prefer: wait=60"
};

// From the body (JSON), the query, the headers (Idempotency-Key, If-Match, Last-Event-ID) and the path, which
// has the last word. Error kInvalidArgument names the part of the request.
Result<ReadRequest> Read(const RouteTable::Match& match, const rpc::HttpRequest& request,
                         std::string_view body);

// "Authorization: Bearer <token>", or Basic with the token as password.
rpc::Credentials CredentialsOf(const rpc::HttpRequest& request);

// Whether the answer is an operation that goes on after it.
bool StartsOperation(const Route& route);

}  // namespace edm::master::rest
