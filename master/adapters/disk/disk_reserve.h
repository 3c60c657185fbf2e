#pragma once

#include <cstdint>
#include <optional>
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
  struct Room {
    std::uint64_t free_bytes = 0;  // the reserve included
    std::uint64_t total_bytes = 0;
    std::uint64_t reserve_bytes = 0;
  };
  // None where the disk does not tell.
  std::optional<Room> Measure() const;

 private:
  const std::string folder_;
  const std::uint64_t bytes_;
};

}  // namespace edm::master
