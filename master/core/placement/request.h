#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/instance.h"
#include "master/model/limits.h"

namespace edm::master {

// What an instance says it takes of its worker; 0: it does not say.
struct Share {
  std::uint64_t memory_mib = 0;
  std::uint64_t milli_cpus = 0;
  std::uint64_t disk_mib = 0;
  std::uint64_t gpus = 0;
  bool operator==(const Share&) const = default;
};

Share ShareOf(const InstanceSpec& spec);

// Those that belong together: the instances of one project of one owner. 0: none.
using GroupId = std::uint64_t;
GroupId GroupOf(std::string_view owner, std::string_view project);

// What is to be placed, and what it needs.
struct PlacementRequest {
  std::string instance;
  std::map<std::string, std::string> labels;
  std::uint32_t memory_mib = kMemoryDefaultMib;    // expected use, stated or not
  bool needs_network = true;                       // it is nowhere yet
  std::string holder;                              // the worker that has its images; "" : none
  std::map<std::string, std::string> rejected_by;  // workers that could not try it, and why
  std::map<std::string, std::string> barred;       // workers that will not do this time, and why

  Share share;
  GroupId group = 0;
  std::string architecture;  // "" : any
  std::vector<std::uint32_t> host_ports;
  std::vector<std::string> apart_from;  // instances
  bool one_per_worker = false;          // not beside another of its group
  std::vector<Affinity> affinities;
  std::string spread_by;  // a label
  Strategy strategy = Strategy::kDefault;

  std::string at;                   // the worker on which it is counted now; "" : none
  std::vector<std::string> cached;  // workers that have images of it
};

// Answers that are the cluster's, not the request's.
struct PlacementPolicy {
  Strategy strategy = Strategy::kSpread;
  std::uint64_t seed = 0;  // decides between equals
  bool operator==(const PlacementPolicy&) const = default;
};

}  // namespace edm::master
