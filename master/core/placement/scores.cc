#include <array>

#include "master/core/placement/score.h"

namespace edm::master {
namespace {

const PlacementRequest kNoRequest;

}  // namespace

std::span<const Score* const> ScoresOfWorker(Strategy strategy) {
  static constexpr std::array kSpread = {&kFreeCpu,  &kOrders,     &kBuilds,  &kInstances,
                                         &kReserved, &kFreeMemory, &kFreeDisk};
  static constexpr std::array kBinpack = {&kFullness, &kOverload, &kFreeDisk};
  if (strategy == Strategy::kBinpack) return kBinpack;
  return kSpread;
}

std::span<const Score* const> ScoresOfRequest() {
  static constexpr std::array kAll = {&kCache, &kStays, &kAffinities, &kCompany, &kSiblings, &kZone};
  return kAll;
}

Points PointsOfWorker(Strategy strategy, const Site& site) {
  const Question question{kNoRequest, strategy};
  Points sum = 0;
  for (const auto* score : ScoresOfWorker(strategy)) sum += score->points(question, site);
  return sum;
}

Points PointsOfRequest(const Question& question, const Site& site) {
  Points sum = 0;
  for (const auto* score : ScoresOfRequest()) sum += score->points(question, site);
  return sum;
}

}  // namespace edm::master
