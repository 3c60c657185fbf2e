#pragma once

#include <string_view>

#include "common/base/result.h"
#include "common/rpc/http/exchange.h"
#include "edm/v1/model.pb.h"
#include "master/api/rest/json_memo.h"
#include "master/api/rest/route_table.h"

namespace edm::master::rest {

bool HasEnded(const edm::v1::Operation& operation);

// The message of a unary call: 200, 201 with Location for what was created, 202 with Location for an
// operation that goes on, 204 for nothing, 304 for what the client has; ETag where there is a revision.
struct AnswerParts {
  const RouteTable& routes;
  JsonMemo& memo;  // of what is read; what only a change answers may hold a secret
};
rpc::HttpAnswer AnswerOf(const AnswerParts& parts, const Route& route, const rpc::HttpRequest& request,
                         const google::protobuf::Message& message);

// What went wrong while the request's body was read, as a caller of `route` may mend it: its object is
// "body", or "upload" as over gRPC.
Error OfBody(Error error, const Route& route);

// application/problem+json. A revision that moved is 412 when it came as If-Match, a body too slow 408, one
// too large 413, a full disk 507.
rpc::HttpAnswer ProblemOf(const rpc::HttpRequest& request, const Error& error);
rpc::HttpAnswer ProblemOf(const Error& error, int status);

}  // namespace edm::master::rest
