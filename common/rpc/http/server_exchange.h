#pragma once

#include <memory>

#include "common/rpc/http/exchange.h"

namespace edm::rpc {

class Connection;

// `http_1_0`: the client knows no chunks. Called on the connection's io thread.
std::shared_ptr<Exchange> MakeServerExchange(std::shared_ptr<Connection> connection, HttpRequest request,
                                             bool http_1_0);

}  // namespace edm::rpc
