#pragma once

#include "common/model/disk.h"

namespace edm::worker {

// Who uses this machine's disks. Blocking, for up to half a minute; any thread.
class DiskAccount {
 public:
  virtual ~DiskAccount() = default;
  virtual MachineDisk Usage() = 0;
};

}  // namespace edm::worker
