#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "worker/core/allocation/ipv4_net.h"

namespace edm::worker {

struct SubnetKey {
  std::string instance;
  std::string network;  // its name in the compose file
  auto operator<=>(const SubnetKey&) const = default;
};

struct SubnetReservation {
  SubnetKey key;
  Ipv4Net net;
  bool operator==(const SubnetReservation&) const = default;
};

// Eight /16 cut into /24: 2,048 networks of 253 containers. Docker's own pools end at about 30.
struct SubnetPool {
  std::vector<Ipv4Net> nets;
  std::uint8_t prefix = 24;
  std::uint32_t networks_max = std::numeric_limits<std::uint32_t>::max();  // that its engine bears
};
// How many networks can be had of it.
std::uint32_t SizeOf(const SubnetPool& pool);
SubnetPool DefaultSubnetPool();
// "10.201.0.0/16,10.202.0.0/16". kInvalidArgument: not networks, overlapping, or smaller than `prefix`.
Result<SubnetPool> ParseSubnetPool(std::string_view text, std::uint8_t prefix = 24);

// Which subnet belongs to which network. A reservation lasts until it is released, because a network's subnet
// cannot be changed once it exists. Not thread-safe: its owner's loop calls it. The same calls give the same.
class SubnetTable {
 public:
  explicit SubnetTable(SubnetPool pool, const std::vector<SubnetReservation>& kept = {});

  // The subnet reserved before, else the lowest that meets neither a reservation nor one of `taken`: routes
  // of the machine and subnets of the engine's networks. kResourceExhausted: the pool is used up, or
  // the engine bears no more.
  Result<Ipv4Net> Reserve(const SubnetKey& key, const std::vector<Ipv4Net>& taken);
  void Release(std::string_view instance);
  void Release(const SubnetKey& key);
  void KeepOnly(std::string_view instance, const std::set<SubnetKey>& keys);

  std::vector<SubnetReservation> reservations() const;

 private:
  SubnetPool pool_;
  std::map<SubnetKey, Ipv4Net> by_key_;
  std::set<Ipv4Net> reserved_;
};

}  // namespace edm::worker
