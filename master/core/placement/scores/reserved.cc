#include <algorithm>

#include "master/core/placement/score.h"
#include "master/core/placement/taken.h"

namespace edm::master {
namespace {

constexpr double kReservedWeight = 0.10;
constexpr double kWorthSaying = 0.5;

// What instances there said they take, used or not: the fuller of memory and CPUs.
double Reserved(const Site& site) {
  const auto& sum = site.tenants.sum();
  return std::max(PartOf(sum.memory_mib, site.load().memory_total_mib),
                  PartOf(sum.milli_cpus, MilliCpusOf(site)));
}

Points Judge(const Question&, const Site& site) { return -ToPoints(kReservedWeight * Reserved(site)); }

std::string Say(const Reason& reason) {
  return std::to_string(static_cast<int>(reason.figure * 100)) + " % reserved";
}

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  if (const auto share = Reserved(site); share >= kWorthSaying)
    reasons.push_back({.say = Say, .figure = share});
}

}  // namespace

constinit const Score kReserved{"reserved", Basis::kShape, Judge, Tell};

}  // namespace edm::master
