#include <algorithm>

#include "master/core/placement/score.h"
#include "master/core/placement/taken.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

// How full a worker is, of memory and CPUs, by what is used, promised or reserved there. Half of each: a
// worker that is full of one and free of the other is not full.
double Fullness(const Site& site) {
  const auto& load = site.load();
  const auto& sum = site.tenants.sum();
  const auto in_use =
      std::uint64_t{load.memory_total_mib} - load.memory_available_mib + site.promised.memory_mib;
  const auto memory = PartOf(std::max(in_use, sum.memory_mib), load.memory_total_mib);
  const auto cpus = PartOf(sum.milli_cpus, MilliCpusOf(site));
  return (memory + cpus) / 2;
}

Points Judge(const Question&, const Site& site) { return ToPoints(Fullness(site)); }

std::string Say(const Reason& reason) { return Percent(reason.figure) + " full"; }

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  reasons.push_back({.say = Say, .figure = Fullness(site)});
}

}  // namespace

constinit const Score kFullness{"fullness", Basis::kShape, Judge, Tell};

}  // namespace edm::master
