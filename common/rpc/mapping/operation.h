#pragma once

#include "common/model/operation.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Operation ToProto(const Operation& operation);
Operation FromProto(const v1::Operation& message);

}  // namespace edm::rpc
