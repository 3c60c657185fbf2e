#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// Room on data_dir's disk that is kept for the state of what is under way, so that a disk that fills up stops
// new work before it stops all. Any thread; a check is one system call.
class DiskReserve {
 public:
  DiskReserve(std::string folder, std::uint64_t bytes) : folder_(std::move(folder)), bytes_(bytes) {}

  // kResourceExhausted when less than the reserve is free: then `what` is not to be written.
  Status Check(std::string_view what) const;

 private:
  const std::string folder_;
  const std::uint64_t bytes_;
};

}  // namespace edm::master
