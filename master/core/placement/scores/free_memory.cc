#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kMemoryWeight = 0.10;

Points Judge(const Question&, const Site& site) {
  const auto& load = site.load();
  const double used = load.memory_total_mib == 0
                          ? 1.0
                          : 1.0 - static_cast<double>(load.memory_available_mib) / load.memory_total_mib;
  return -ToPoints(kMemoryWeight * used);
}

}  // namespace

constinit const Score kFreeMemory{"memory", Basis::kShape, Judge, nullptr};

}  // namespace edm::master
