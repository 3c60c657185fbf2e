#pragma once

#include <algorithm>
#include <cstdint>

#include "master/core/placement/question.h"
#include "master/core/placement/site.h"

namespace edm::master {

// What the instances on a worker say they take of it, without the one that asks.
inline std::uint64_t TakenByOthers(const Question& question, const Site& site, std::uint64_t Share::*what) {
  const auto sum = site.tenants.sum().*what;
  return sum - std::min(sum, question.IsOwn(site.id()) ? question.request.share.*what : 0);
}

// 0 to 1; nothing of nothing is 0.
inline double PartOf(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0.0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(all));
}

inline std::uint64_t MilliCpusOf(const Site& site) { return std::uint64_t{site.worker->facts.cores} * 1'000; }

}  // namespace edm::master
