#pragma once

#include "common/model/disk.h"
#include "edm/v1/master_service.pb.h"

namespace edm::rpc {

// Sizes are rounded up to whole KiB, and end at what 32 bits hold.
v1::MachineDisk ToProto(const MachineDisk& disk);
MachineDisk FromProto(const v1::MachineDisk& message);

}  // namespace edm::rpc
