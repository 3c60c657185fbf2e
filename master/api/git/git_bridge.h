#pragma once

#include <memory>
#include <string>

#include "common/ports/process_runner.h"
#include "common/rpc/http/exchange.h"

namespace edm::master {

// Carries one request to a CGI program and its answer back, both ways at once, and ends the program when the
// client leaves. Blocks its thread. An answer that breaks off breaks the connection.
// Errors, nothing was sent yet: kInternal (the program gave no answer), kInvalidArgument (it ended because of
// what the request's body holds).
Status BridgeToCgi(const std::shared_ptr<rpc::Exchange>& exchange, std::shared_ptr<Process> program);

}  // namespace edm::master
