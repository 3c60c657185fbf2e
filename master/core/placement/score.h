#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/reason.h"
#include "master/core/placement/filter.h"
#include "master/core/placement/question.h"
#include "master/core/placement/site.h"

namespace edm::master {

// Billionths of a machine that is free of everything. Whole numbers: the order in which they are summed up
// does not matter, so whoever sums them in parts gets what a full scan gets.
using Points = std::int64_t;

inline constexpr double kPointsOfAll = 1e9;
// Rounded.
constexpr Points ToPoints(double share) {
  return static_cast<Points>(share * kPointsOfAll + (share < 0 ? -0.5 : 0.5));
}
constexpr double ToShare(Points points) { return static_cast<double>(points) / kPointsOfAll; }

// One thing that speaks for or against a worker. Pure, without state, each in a file of its own. Only of
// workers that no filter refuses, so there is a load.
struct Score {
  std::string_view name;
  Basis basis;
  Points (*points)(const Question& question, const Site& site);
  // Appends what was weighed, where it is worth saying. Null: it never is.
  void (*tell)(const Question& question, const Site& site, std::vector<Reason>& reasons);
};

// Those of the worker alone, whoever asks: known before anybody does.
std::span<const Score* const> ScoresOfWorker(Strategy strategy);
// Those of what is asked for. But for kCache and kStays, which are of single workers, and kAffinities, they
// only ever take away.
std::span<const Score* const> ScoresOfRequest();

// What kZone says of every worker with that value of the label, where so many members are; never above 0.
Points PointsOfZone(const Question& question, const std::string& value, std::uint32_t members);

// Sums of both.
Points PointsOfWorker(Strategy strategy, const Site& site);
Points PointsOfRequest(const Question& question, const Site& site);

extern const Score kFreeCpu;
extern const Score kOrders;
extern const Score kBuilds;
extern const Score kInstances;
extern const Score kFreeMemory;
extern const Score kReserved;
extern const Score kFreeDisk;
extern const Score kFullness;
extern const Score kOverload;

extern const Score kCache;
extern const Score kStays;
extern const Score kAffinities;
extern const Score kCompany;
extern const Score kSiblings;
extern const Score kZone;

}  // namespace edm::master
