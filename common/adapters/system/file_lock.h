#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/unique_fd.h"

namespace edm {

// An exclusive claim of this process, held until destroyed or until the process ends, however it ends.
class FileLock {
 public:
  // Makes `path` (mode 0600) and writes our pid into it. Error kFailedPrecondition: held by another; names
  // its pid.
  static Result<FileLock> Take(const std::string& path);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace edm
