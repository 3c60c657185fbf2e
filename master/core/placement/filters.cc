#include <fmt/format.h>

#include <cmath>

#include "common/base/version.h"
#include "common/model/protocol.h"
#include "master/core/placement/place.h"

namespace edm::master {
namespace {

constexpr double kShareMax = 1.5;  // more than rounding explains is no share of anything

struct Promised {
  std::uint32_t memory_mib = 0;
  std::uint32_t networks = 0;
};

Promised PromisedOn(const WorkerRecord& worker) {
  Promised sum;
  for (const auto& one : worker.reservations) {
    sum.memory_mib += one.memory_mib;
    sum.networks += one.new_network ? 1 : 0;
  }
  return sum;
}

// What has its images there may be deployed there again whatever people want of the worker.
std::string_view WhyNotReady(const WorkerRecord& worker, bool holds) {
  if (worker.state == WorkerState::kLost) return "is lost: no beat came for a while";
  if (worker.state == WorkerState::kJoining || worker.session.empty()) return "has not registered yet";
  if (worker.availability == Availability::kClosed && !holds) return "is cordoned";
  if (worker.availability == Availability::kEmptying && !holds) return "is draining";
  return "";
}

bool IsShare(double value) { return std::isfinite(value) && value >= 0 && value <= kShareMax; }

std::vector<std::string> RefusalsWith(const PlacementRequest& request, const WorkerRecord& worker,
                                      const Promised& promised) {
  std::vector<std::string> reasons;
  const bool holds = request.holder == worker.facts.id;
  if (const auto why = WhyNotReady(worker, holds); !why.empty()) reasons.emplace_back(why);
  if (const auto barred = request.barred.find(worker.facts.id); barred != request.barred.end())
    reasons.push_back(barred->second);
  const auto spoken = SpokenBy(ThisVersion());
  if (!worker.session.empty() && !Agree(spoken, {worker.protocol, worker.protocol})) {
    reasons.push_back(fmt::format("speaks protocol {}, this master {}", worker.protocol, ToString(spoken)));
  }
  if (const auto rejected = request.rejected_by.find(worker.facts.id); rejected != request.rejected_by.end())
    reasons.push_back("could not take it: " + rejected->second);
  for (const auto& [key, value] : request.labels) {
    const auto found = worker.facts.labels.find(key);
    if (found == worker.facts.labels.end() || found->second != value) {
      reasons.push_back(fmt::format("lacks label {}={}", key, value));
    }
  }
  if (!worker.load) {
    if (reasons.empty()) reasons.emplace_back("has not reported its load yet");
    return reasons;
  }
  const auto& load = *worker.load;
  if (request.holder != worker.facts.id) {
    if (load.memory_available_mib < promised.memory_mib + request.memory_mib) {
      reasons.push_back(fmt::format("has {} MiB of memory free and {} promised, {} are needed",
                                    load.memory_available_mib, promised.memory_mib, request.memory_mib));
    }
  }
  if (load.disk_free_mib < kDiskFloorMib) {
    reasons.push_back(
        fmt::format("has {} MiB of disk free, {} are needed", load.disk_free_mib, kDiskFloorMib));
  }
  if (request.needs_network && load.networks_free <= promised.networks) {
    reasons.emplace_back("has no network left on its engine");
  }
  return reasons;
}

}  // namespace

bool IsSane(const Load& load) {
  return IsShare(load.cpu) && IsShare(load.cpu_lasting) &&
         load.memory_available_mib <= load.memory_total_mib && load.disk_free_mib <= load.disk_total_mib;
}

std::vector<std::string> Refusals(const PlacementRequest& request, const WorkerRecord& worker) {
  return RefusalsWith(request, worker, PromisedOn(worker));
}

bool OnlyPromisesStandAgainst(const PlacementRequest& request, const WorkerRecord& worker) {
  return !worker.reservations.empty() && RefusalsWith(request, worker, {}).empty();
}

}  // namespace edm::master
