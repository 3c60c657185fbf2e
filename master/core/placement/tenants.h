#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "master/core/placement/name_numbers.h"
#include "master/core/placement/request.h"
#include "master/model/records.h"

namespace edm::master {

// Whether anything of an instance is on the worker that its status names.
bool IsThere(const InstanceStatus& status);

// What one instance holds where it is.
struct Tenancy {
  NameNumber instance = kNoName;  // kNoName: nothing of it is anywhere
  NameNumber set = kNoName;       // whose member it is
  std::uint32_t slot = 0;         // of its worker
  GroupId group = 0;
  Share share;
  std::vector<std::uint32_t> ports;    // host ports, declared or published; each once
  std::vector<NameNumber> apart_from;  // instances and sets that it shuns
  bool operator==(const Tenancy&) const = default;
};

// Sorted.
std::vector<std::uint32_t> PortsOf(const Instance& instance);

// What all instances on one worker hold. Whole numbers only: whatever the order of adding and removing, equal
// tenants give equal sums.
class Tenants {
 public:
  void Add(const Tenancy& tenancy);
  void Remove(const Tenancy& tenancy);

  const Share& sum() const { return sum_; }
  std::size_t count() const { return ids_.size(); }
  // Whether the instance is there, or a member of it.
  bool Has(NameNumber instance) const;
  // Whether one of them wants to be apart from that instance, or from the members of that set.
  bool Shuns(NameNumber name) const;
  std::uint32_t CountOf(GroupId group) const;
  std::uint32_t MembersOf(NameNumber set) const;
  std::uint32_t UsersOf(std::uint32_t port) const;

 private:
  Share sum_;
  // All sorted.
  std::vector<NameNumber> ids_;
  std::vector<NameNumber> sets_;  // of members, once for each
  std::vector<NameNumber> shunned_;
  std::vector<std::uint32_t> ports_;
  std::vector<std::pair<GroupId, std::uint32_t>> groups_;
};

}  // namespace edm::master
