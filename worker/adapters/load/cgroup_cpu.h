#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace edm::worker {

// A cgroup that may use so many cores and no more.
struct CgroupCpu {
  std::uint64_t used_us = 0;  // by all that is in it, since it was made
  double cores = 0;           // its quota
};

// The tightest quota of the cgroups that `proc_self_cgroup` (the text of /proc/self/cgroup) names, and of
// those around them; both versions of cgroups. None: nothing limits this process, or it cannot be read.
std::optional<CgroupCpu> ReadCgroupCpu(std::string_view proc_self_cgroup,
                                       const std::filesystem::path& root = "/sys/fs/cgroup");

}  // namespace edm::worker
