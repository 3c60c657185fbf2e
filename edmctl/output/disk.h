#pragma once

#include <string>

#include "common/base/time.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// Who uses the disks of one machine: file systems, kinds, others, what went by itself, instances. "?" for a
// size that nobody could tell.
std::string RenderDisk(const Terminal& terminal, const v1::MachineDisk& disk, WallTime now);

}  // namespace edm::ctl
