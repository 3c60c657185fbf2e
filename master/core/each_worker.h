#pragma once

#include <map>
#include <string>
#include <vector>

#include "master/core/draft.h"

namespace edm::master {

// Of a set with a member on each worker: how its members differ from the workers that there are.
struct Following {
  std::size_t lacking = 0;           // members
  std::vector<std::string> surplus;  // members whose worker is gone, empties, or has lost a label
};
Following FollowingOf(const State& state, const InstanceRecord& set);

// Workers that have another member of the same such set, and why they will not do; empty for all others.
std::map<std::string, std::string> BarredBySiblings(const State& state, const std::string& instance);

// Whether it stays with its worker whatever becomes of that.
bool IsBoundToItsWorker(const State& state, const std::string& instance);

// Whether only its data keep it on a worker that no longer takes it: nothing but its deletion ends that.
bool IsLeftWithItsData(const State& state, const std::string& instance);

// Begins what lets members follow the workers that came and went. Called with each look.
void FollowWorkers(Draft& draft);

}  // namespace edm::master
