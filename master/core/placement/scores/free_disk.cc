#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

constexpr double kDiskWeight = 0.05;
constexpr double kDiskShort = 0.85;  // below this use the disk does not matter

double Used(const Site& site) {
  const auto& load = site.load();
  return load.disk_total_mib == 0 ? 1.0 : 1.0 - static_cast<double>(load.disk_free_mib) / load.disk_total_mib;
}

Points Judge(const Question&, const Site& site) {
  const auto used = Used(site);
  return used > kDiskShort ? -ToPoints(kDiskWeight * (used - kDiskShort) / (1 - kDiskShort)) : 0;
}

std::string Say(const Reason& reason) { return "disk " + Percent(reason.figure) + " full"; }

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  if (const auto used = Used(site); used > kDiskShort) reasons.push_back({.say = Say, .figure = used});
}

}  // namespace

constinit const Score kFreeDisk{"disk", Basis::kShape, Judge, Tell};

}  // namespace edm::master
