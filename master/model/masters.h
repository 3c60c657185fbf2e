#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace edm::master {

// Where one of the masters is, as it says itself; the leader's stands at the lock.
struct MasterPlace {
  std::string name;
  std::string grpc_address;     // for people
  std::string http_url;         // REST and git
  std::string cluster_address;  // for workers and the other masters

  bool operator==(const MasterPlace&) const = default;
};

// What one master knows of who leads.
struct Standing {
  enum class Role : std::uint8_t { kAlone, kLeader, kFollower } role = Role::kFollower;
  MasterPlace self;
  std::uint32_t epoch = 0;            // held, or seen last
  std::optional<MasterPlace> leader;  // also when it is this one; none: nobody is known to lead
  std::uint64_t history_from = 0;     // leading: where the cluster's history stood when it began to
};

}  // namespace edm::master
