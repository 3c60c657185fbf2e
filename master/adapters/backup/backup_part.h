#pragma once

#include "common/base/result.h"
#include "master/adapters/backup/tar_stream.h"

namespace edm::master {

// One part of a backup, written in steps that each add little to what waits in memory.
class BackupPart {
 public:
  static constexpr std::size_t kStepBytesMax = 128 * 1024;

  virtual ~BackupPart() = default;
  // False: that was all.
  virtual Result<bool> Step(TarStream& to) = 0;
};

}  // namespace edm::master
