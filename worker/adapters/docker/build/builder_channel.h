#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::worker {

// A channel to the builder inside an engine, over a connection of its own that ends with it. kUnavailable: no
// engine, or one without that builder.
Result<std::shared_ptr<grpc::Channel>> DialBuilder(const std::string& endpoint, Millis deadline);

}  // namespace edm::worker
