#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm {

// What takes room, of one kind.
struct DiskUse {
  std::string
      kind;  // images, volumes, containers, container-logs, build-cache, checkouts, mirrors, events, ...
  std::uint32_t count = 0;
  std::optional<std::uint64_t> bytes;         // what nobody else has; none: not known
  std::optional<std::uint64_t> shared_bytes;  // besides, at most: layers that other images have as well
  bool operator==(const DiskUse&) const = default;
};

struct InstanceDisk {
  std::string instance;
  std::vector<DiskUse> uses;
  bool operator==(const InstanceDisk&) const = default;
};

// A file system.
struct DiskPlace {
  std::string path;
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;
  bool operator==(const DiskPlace&) const = default;
};

// What a worker removed by itself.
struct DiskRemoval {
  WallTime time;
  std::string what;
  std::optional<std::uint64_t> bytes;
  std::string reason;
  bool operator==(const DiskRemoval&) const = default;
};

// Who uses the disks of one machine.
struct MachineDisk {
  std::string machine;  // a worker's id, or "master"
  std::vector<DiskPlace> places;
  std::vector<DiskUse> uses;            // by edm, with what no instance has any more
  std::vector<InstanceDisk> instances;  // the largest first
  std::vector<DiskUse> foreign;         // by others on the same engine
  std::vector<DiskRemoval> removed;     // newest last
  WallTime measured_at;
  std::optional<Error> failure;  // why it is not known, or not all of it
};

}  // namespace edm
