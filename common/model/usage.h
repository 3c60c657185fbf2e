#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace edm {

// What a running container takes, over the moment in which it was looked at.
struct ContainerUsage {
  std::string service;
  std::string container;
  double cpu = 0;  // in cores
  std::uint32_t memory_kib = 0;
  std::uint32_t memory_limit_kib = 0;  // 0: none
  std::uint32_t processes = 0;
};

struct InstanceUsage {
  std::string instance;
  std::string worker;  // who says so
  std::vector<ContainerUsage> containers;
};

}  // namespace edm
