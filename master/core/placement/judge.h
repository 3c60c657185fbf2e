#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "master/core/placement/filter.h"
#include "master/core/placement/score.h"

namespace edm::master {

// The first filter that refuses; null: the worker can take it.
const Filter* FirstRefusal(const Question& question, const Site& site);

// The same of those filters only that look at who asks.
const Filter* FirstRefusalToAsker(const Question& question, const Site& site);

// Why a worker cannot take it, filter by filter; empty: it can.
std::vector<std::string> Refusals(const Question& question, const Site& site);

// The worst of what the filters leave to hope for.
Hope HopeOf(const Question& question, const Site& site);

// What all scores give together, and what they weighed. Only where no filter refuses.
Points Total(const Question& question, const Site& site);
std::vector<Reason> Weighed(const Question& question, const Site& site);

// The less comes first among equals.
std::uint64_t TieOrder(const PlacementPolicy& policy, const Site& site);

}  // namespace edm::master
