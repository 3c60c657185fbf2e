#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "master/core/placement/request.h"
#include "master/model/records.h"

namespace edm::master {

// What one instance holds where it is.
struct Tenancy {
  std::string worker;  // "" : nothing of it is anywhere
  Share share;
  GroupId group = 0;
  std::vector<std::uint32_t> ports;     // host ports, declared or published; each once
  std::vector<std::string> apart_from;  // instances it shuns
  bool operator==(const Tenancy&) const = default;
};

Tenancy TenancyOf(const InstanceRecord& record);

// Whether anything of an instance is on the worker that its status names.
bool IsThere(const InstanceStatus& status);

// What all instances on one worker hold. Whole numbers only: whatever the order of adding and removing, equal
// tenants give equal sums.
class Tenants {
 public:
  void Add(const std::string& instance, const Tenancy& tenancy);
  void Remove(const std::string& instance, const Tenancy& tenancy);

  const Share& sum() const { return sum_; }
  std::size_t count() const { return ids_.size(); }
  // Whether the instance is there, or a member of it.
  bool Has(std::string_view instance) const;
  // Whether one of them wants to be apart from `instance`, or from the set whose member that is.
  bool Shuns(std::string_view instance) const { return !shunned_.empty() && IsShunned(instance); }
  std::uint32_t CountOf(GroupId group) const;
  std::uint32_t MembersOf(std::string_view set) const;
  std::uint32_t UsersOf(std::uint32_t port) const;

 private:
  bool IsShunned(std::string_view instance) const;

  // All sorted.
  Share sum_;
  std::vector<std::string> ids_;
  std::vector<std::string> sets_;  // of members, once for each
  std::vector<std::string> shunned_;
  std::vector<std::uint32_t> ports_;
  std::vector<std::pair<GroupId, std::uint32_t>> groups_;
};

}  // namespace edm::master
