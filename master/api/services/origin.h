#pragma once

#include <string>
#include <string_view>

#include "common/rpc/call.h"
#include "master/api/services/service_parts.h"

namespace edm::master {

// Who asks, and the digest of what is asked: of all fields but request_id and data, and of `extra` (the
// digest of an upload). kInvalidArgument when the request id is none.
Result<Origin> OriginOf(const rpc::ServerCall& call, const ServiceParts& parts,
                        const google::protobuf::Message& request, std::string_view extra = {});

// "op-" and 12 hex digits.
std::string FreshOperationId(Entropy& entropy);

}  // namespace edm::master
