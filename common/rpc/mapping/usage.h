#pragma once

#include "common/model/usage.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Usage ToProto(const InstanceUsage& usage);
InstanceUsage FromProto(const v1::Usage& message);

}  // namespace edm::rpc
