#include "master/core/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/not_as_it_is.h"

namespace edm::master {
namespace {

using Members = std::vector<std::shared_ptr<const InstanceRecord>>;

// The worst first. What is none of these is as well as the one that has come least far.
constexpr std::array kBad = {Phase::kLost, Phase::kFailed, Phase::kRejected, Phase::kCancelled};
constexpr std::array kIll = {Health::kUnhealthy, Health::kRestarting, Health::kStarting, Health::kUnknown};

bool Has(const Members& members, Phase phase) {
  return std::ranges::any_of(members, [&](const auto& one) { return one->instance.status.phase == phase; });
}

Phase PhaseOf(const Members& members, Target desired) {
  for (const auto phase : kBad) {
    if (Has(members, phase)) return phase;
  }
  auto least = Phase::kDeleted;
  for (const auto& one : members) {
    const auto phase = one->instance.status.phase;
    // What is to run is as well as those that do not; one that never began keeps none from being stopped.
    const bool is_well = phase == (desired == Target::kRunning ? Phase::kRunning : Phase::kPending);
    if (!is_well) least = std::min(least, phase);
  }
  if (least != Phase::kDeleted) return least;
  return desired == Target::kRunning ? Phase::kRunning : Phase::kPending;
}

Health HealthOf(const Members& members, Phase phase) {
  if (phase != Phase::kRunning) return Health::kUnknown;
  for (const auto health : kIll) {
    const auto is_so = [&](const auto& one) { return one->instance.status.health == health; };
    if (std::ranges::any_of(members, is_so)) return health;
  }
  return Health::kHealthy;
}

bool RunsWell(const InstanceStatus& status) {
  return status.phase == Phase::kRunning && status.health != Health::kUnhealthy &&
         status.health != Health::kRestarting;
}

// That of the first that runs well, else of the first that has any.
std::string AddressOf(const Members& members) {
  std::string any;
  for (const auto& one : members) {
    const auto& status = one->instance.status;
    if (RunsWell(status) && !status.address.empty()) return status.address;
    if (any.empty()) any = status.address;
  }
  return any;
}

}  // namespace

bool IsSet(const Instance& instance) { return instance.spec.replicas != 0 || instance.spec.on_each_worker; }

Members MembersOf(const State& state, const std::string& set) {
  Members members;
  if (IsMember(set)) return members;
  const auto prefix = set + "_";
  const auto& all = state.instances.all();
  for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at)
    members.push_back(at->second);
  std::ranges::sort(members, {}, [](const auto& one) { return OrdinalOf(one->instance.id); });
  return members;
}

InstanceStatus SumOf(InstanceStatus set, const Members& members) {
  set.phase = members.empty() ? Phase::kPending : PhaseOf(members, set.desired);
  set.health = HealthOf(members, set.phase);
  set.address = AddressOf(members);
  set.release = 0;
  set.keeps_data = false;
  set.endpoints.clear();
  set.members.clear();
  for (const auto& one : members) {
    const auto& status = one->instance.status;
    set.endpoints.insert(set.endpoints.end(), status.endpoints.begin(), status.endpoints.end());
    if (status.release != 0 && (set.release == 0 || status.release < set.release))
      set.release = status.release;
    set.keeps_data = set.keeps_data || status.keeps_data;
    set.members.push_back({one->instance.id, OrdinalOf(one->instance.id), status.worker, status.address,
                           status.phase, status.health, status.release});
  }
  return set;
}

std::shared_ptr<const Release> ReleaseOf(const State& state, const std::string& instance,
                                         std::uint32_t number) {
  if (auto own = state.releases.Find(ReleaseKey(instance, number))) return own;
  return IsMember(instance) ? state.releases.Find(ReleaseKey(SetOf(instance), number)) : nullptr;
}

Error BelongsToSet(const std::string& member) {
  const auto set = SetOf(member);
  return NotAsItIs(member, "it is a member of " + set + ", and has what that one has",
                   "ask it of " + set + "; a member alone may start, stop, restart and move");
}

std::vector<std::string> HowTheyAre(const InstanceStatus& set) {
  std::vector<std::string> lines;
  for (const auto& one : set.members) {
    auto line = one.id + " is " + Folded(PhaseName(one.phase));
    if (one.release != 0) line += fmt::format(", release {}", one.release);
    if (!one.worker.empty()) line += ", on " + one.worker;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace edm::master
