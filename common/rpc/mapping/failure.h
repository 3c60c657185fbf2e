#pragma once

#include "common/base/result.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Failure ToProto(const Error& error);
// A code that is not gRPC's becomes kUnknown.
Error FromProto(const v1::Failure& failure);

}  // namespace edm::rpc
