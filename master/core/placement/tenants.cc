#include "master/core/placement/tenants.h"

#include <algorithm>
#include <cmath>

#include "master/core/placement/hash.h"

namespace edm::master {
namespace {

template <class T>
void Insert(std::vector<T>& sorted, const T& value) {
  sorted.insert(std::ranges::lower_bound(sorted, value), value);
}

template <class T>
void Erase(std::vector<T>& sorted, const T& value) {
  const auto at = std::ranges::lower_bound(sorted, value);
  if (at != sorted.end() && *at == value) sorted.erase(at);
}

constexpr auto kByGroup = &std::pair<GroupId, std::uint32_t>::first;

}  // namespace

bool IsThere(const InstanceStatus& status) {
  if (status.worker.empty() || status.phase == Phase::kDeleted) return false;
  // A worker that could not even try has nothing of it.
  return status.phase != Phase::kRejected || status.release != 0;
}

Share ShareOf(const InstanceSpec& spec) {
  return {.memory_mib = spec.memory_mib,
          .milli_cpus = static_cast<std::uint64_t>(std::llround(spec.cpus * 1'000)),
          .disk_mib = spec.requirements.disk_mib,
          .gpus = spec.requirements.gpus};
}

GroupId GroupOf(std::string_view owner, std::string_view project) {
  Hash hash;
  hash.AddFolded(owner);
  hash.AddFolded(project);
  return std::max<GroupId>(hash.value(), 1);
}

std::vector<std::uint32_t> PortsOf(const Instance& instance) {
  const auto& endpoints = instance.status.endpoints;
  std::vector<std::uint32_t> ports;
  ports.reserve(instance.spec.requirements.host_ports.size() + endpoints.size());
  ports = instance.spec.requirements.host_ports;
  for (const auto& endpoint : endpoints) ports.push_back(endpoint.port);
  std::ranges::sort(ports);
  const auto [first, last] = std::ranges::unique(ports);
  ports.erase(first, last);
  return ports;
}

void Tenants::Add(const Tenancy& tenancy) {
  sum_.memory_mib += tenancy.share.memory_mib;
  sum_.milli_cpus += tenancy.share.milli_cpus;
  sum_.disk_mib += tenancy.share.disk_mib;
  sum_.gpus += tenancy.share.gpus;
  Insert(ids_, tenancy.instance);
  if (tenancy.set != kNoName) Insert(sets_, tenancy.set);
  for (const auto one : tenancy.apart_from) Insert(shunned_, one);
  for (const auto port : tenancy.ports) Insert(ports_, port);
  const auto at = std::ranges::lower_bound(groups_, tenancy.group, {}, kByGroup);
  if (at != groups_.end() && at->first == tenancy.group) {
    ++at->second;
  } else {
    groups_.insert(at, {tenancy.group, 1});
  }
}

void Tenants::Remove(const Tenancy& tenancy) {
  sum_.memory_mib -= tenancy.share.memory_mib;
  sum_.milli_cpus -= tenancy.share.milli_cpus;
  sum_.disk_mib -= tenancy.share.disk_mib;
  sum_.gpus -= tenancy.share.gpus;
  Erase(ids_, tenancy.instance);
  if (tenancy.set != kNoName) Erase(sets_, tenancy.set);
  for (const auto one : tenancy.apart_from) Erase(shunned_, one);
  for (const auto port : tenancy.ports) Erase(ports_, port);
  const auto at = std::ranges::lower_bound(groups_, tenancy.group, {}, kByGroup);
  if (at != groups_.end() && at->first == tenancy.group && --at->second == 0) groups_.erase(at);
}

bool Tenants::Has(NameNumber instance) const {
  return std::ranges::binary_search(ids_, instance) || std::ranges::binary_search(sets_, instance);
}

bool Tenants::Shuns(NameNumber name) const { return std::ranges::binary_search(shunned_, name); }

std::uint32_t Tenants::MembersOf(NameNumber set) const {
  const auto [first, last] = std::ranges::equal_range(sets_, set);
  return static_cast<std::uint32_t>(last - first);
}

std::uint32_t Tenants::CountOf(GroupId group) const {
  const auto at = std::ranges::lower_bound(groups_, group, {}, kByGroup);
  return at != groups_.end() && at->first == group ? at->second : 0;
}

std::uint32_t Tenants::UsersOf(std::uint32_t port) const {
  const auto [first, last] = std::ranges::equal_range(ports_, port);
  return static_cast<std::uint32_t>(last - first);
}

}  // namespace edm::master
