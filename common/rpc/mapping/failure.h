#pragma once

#include "common/base/result.h"
#include "common/rpc/status.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

// Beside the other mappings under the same two names; status.h is where it is done.
inline v1::Failure ToProto(const Error& error) { return ToFailure(error); }
inline Error FromProto(const v1::Failure& failure) { return FromFailure(failure); }

}  // namespace edm::rpc
