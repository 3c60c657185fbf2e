#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"

namespace edm::master {

// A backup on its way: a tar, in the clear, piece by piece. One thread at a time.
class BackupReader {
 public:
  static constexpr std::size_t kPieceBytesMax = 256 * 1024;

  virtual ~BackupReader() = default;
  // "" at the end. Blocking. After an error nothing more is to be had, and what was read is worth nothing.
  virtual Result<std::string> Next() = 0;
};

// All that a master alone knows, as it is at one moment.
class BackupSource {
 public:
  virtual ~BackupSource() = default;
  // kResourceExhausted: as many are under way as may be.
  virtual Result<std::unique_ptr<BackupReader>> Open() = 0;
};

}  // namespace edm::master
