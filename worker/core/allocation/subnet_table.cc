#include "worker/core/allocation/subnet_table.h"

#include <algorithm>
#include <optional>

#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr std::uint32_t kDefaultPoolFirst = 201;
constexpr std::uint32_t kDefaultPoolLast = 208;

// The first of `nets` that meets `net`.
std::optional<Ipv4Net> Meeting(const Ipv4Net& net, const std::vector<Ipv4Net>& nets) {
  for (const auto& one : nets) {
    if (Overlap(net, one)) return one;
  }
  return std::nullopt;
}

}  // namespace

SubnetPool DefaultSubnetPool() {
  SubnetPool pool;
  for (std::uint32_t second = kDefaultPoolFirst; second <= kDefaultPoolLast; ++second) {
    pool.nets.push_back({10U << 24 | second << 16, 16});
  }
  return pool;
}

Result<SubnetPool> ParseSubnetPool(std::string_view text, std::uint8_t prefix) {
  SubnetPool pool{{}, prefix};
  const auto refused = [&](const std::string& part, std::string cause) {
    return Error{Code::kInvalidArgument,
                 "subnet pool " + part,
                 std::move(cause),
                 {},
                 "write networks joined by commas, as in 10.201.0.0/16,10.202.0.0/16"};
  };
  for (const auto& part : Split(text, ',')) {
    EDM_TRY(const Ipv4Net net, ParseIpv4Net(Trim(part)));
    if (net.prefix > prefix)
      return refused(part, "it is smaller than one network (/" + std::to_string(prefix) + ")");
    if (const auto met = Meeting(net, pool.nets)) return refused(part, "it overlaps " + ToString(*met));
    pool.nets.push_back(net);
  }
  return pool;
}

std::uint32_t SizeOf(const SubnetPool& pool) {
  std::uint64_t all = 0;
  for (const auto& net : pool.nets) {
    if (net.prefix <= pool.prefix) all += std::uint64_t{1} << (pool.prefix - net.prefix);
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(all, pool.networks_max));
}

SubnetTable::SubnetTable(SubnetPool pool, const std::vector<SubnetReservation>& kept)
    : pool_(std::move(pool)) {
  for (const auto& one : kept) {
    by_key_[one.key] = one.net;
    reserved_.insert(one.net);
  }
}

Result<Ipv4Net> SubnetTable::Reserve(const SubnetKey& key, const std::vector<Ipv4Net>& taken) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second;
  if (reserved_.size() >= pool_.networks_max) {
    return Error{Code::kResourceExhausted,
                 "networks of the engine",
                 Counted(reserved_.size(), "network") + " are reserved, and no more are to be on it",
                 {},
                 "delete instances, or let the worker have more: networks.max of edm-worker"};
  }
  // A default route meets everything and forbids nothing.
  std::vector<Ipv4Net> foreign;
  std::copy_if(taken.begin(), taken.end(), std::back_inserter(foreign),
               [](const Ipv4Net& net) { return net.prefix > 0; });
  // Reservations kept from a pool that was cut otherwise.
  std::copy_if(reserved_.begin(), reserved_.end(), std::back_inserter(foreign),
               [&](const Ipv4Net& net) { return net.prefix != pool_.prefix; });
  for (const auto& net : pool_.nets) {
    const std::uint64_t step = std::uint64_t{1} << (32 - pool_.prefix);
    for (std::uint64_t at = net.first(); at <= net.last(); at += step) {
      const Ipv4Net candidate{static_cast<std::uint32_t>(at), pool_.prefix};
      if (reserved_.contains(candidate)) continue;
      if (Meeting(candidate, foreign)) continue;
      by_key_[key] = candidate;
      reserved_.insert(candidate);
      return candidate;
    }
  }
  return Error{
      Code::kResourceExhausted,
      "subnet pool",
      Counted(reserved_.size(), "subnet") + " are reserved and the rest meets routes of this machine",
      {},
      "delete instances, or give the worker a larger subnet pool"};
}

void SubnetTable::Release(std::string_view instance) { KeepOnly(instance, {}); }

void SubnetTable::Release(const SubnetKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  reserved_.erase(found->second);
  by_key_.erase(found);
}

void SubnetTable::KeepOnly(std::string_view instance, const std::set<SubnetKey>& keys) {
  std::erase_if(by_key_, [&](const auto& entry) {
    const bool unwanted = entry.first.instance == instance && !keys.contains(entry.first);
    if (unwanted) reserved_.erase(entry.second);
    return unwanted;
  });
}

std::vector<SubnetReservation> SubnetTable::reservations() const {
  std::vector<SubnetReservation> all;
  for (const auto& [key, net] : by_key_) all.push_back({key, net});
  return all;
}

}  // namespace edm::worker
