#pragma once

#include <memory>
#include <string>

#include "common/rpc/http/duplex_stream.h"
#include "common/rpc/http/transport.h"

namespace edm::rpc {

// `begun` came together with the head of the answer, and is read first.
std::unique_ptr<DuplexStream> MakeUpgradedStream(std::unique_ptr<Transport> transport, std::string begun,
                                                 std::string url);

}  // namespace edm::rpc
