#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/model/instance.h"
#include "master/model/state.h"

namespace edm::master {

// What is to be placed, and what it needs.
struct PlacementRequest {
  std::string instance;
  std::map<std::string, std::string> labels;
  std::uint32_t memory_mib = kMemoryDefaultMib;
  bool needs_network = true;                       // it is nowhere yet
  std::string holder;                              // the worker that has its images; "" : none
  std::map<std::string, std::string> rejected_by;  // workers that could not try it, and why
  std::map<std::string, std::string> barred;       // workers that will not do this time, and why
};

// Why a worker cannot take it; empty: it can.
std::vector<std::string> Refusals(const PlacementRequest& request, const WorkerRecord& worker);

// Whether it could take it once the orders that are under way there have ended: worth waiting for.
bool OnlyPromisesStandAgainst(const PlacementRequest& request, const WorkerRecord& worker);

// Larger is better; adds what was weighed to `reasons`. Only of workers without refusals.
double Score(const PlacementRequest& request, const WorkerRecord& worker, std::vector<std::string>& reasons);

// The best worker, or "" with the reasons against each. Equal facts give equal answers: ties go by a hash of
// the instance and the worker, so that they do not all fall on one.
Placement Place(const PlacementRequest& request, const Table<WorkerRecord>& workers, WallTime now);

// Whether a load can be believed at all.
bool IsSane(const Load& load);

}  // namespace edm::master
