#include "master/core/placement/place.h"

#include <algorithm>
#include <string_view>

#include "common/base/text.h"

namespace edm::master {
namespace {

// FNV-1a: the same on every machine and in every run, unlike std::hash.
std::uint64_t TieOrder(std::string_view instance, std::string_view worker) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto part : {instance, std::string_view("/"), worker}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash;
}

// Whether an instance that has images stays with them whatever the others offer.
bool Keeps(const PlacementRequest& request, const std::string& worker) {
  return request.holder.empty() || request.holder == worker;
}

}  // namespace

Placement Place(const PlacementRequest& request, const Table<WorkerRecord>& workers, WallTime now) {
  Placement placement;
  placement.decided_at = now;
  const Candidate* best = nullptr;
  placement.candidates.reserve(workers.size());
  for (const auto& [id, worker] : workers.all()) {
    Candidate candidate;
    candidate.worker = id;
    candidate.load = worker->load ? worker->background : 0;
    candidate.reasons = Refusals(request, *worker);
    if (!Keeps(request, id)) candidate.reasons.push_back("the images are on " + request.holder);
    candidate.feasible = candidate.reasons.empty();
    if (candidate.feasible) candidate.score = Score(request, *worker, candidate.reasons);
    placement.candidates.push_back(std::move(candidate));
    const auto& last = placement.candidates.back();
    if (!last.feasible) continue;
    if (best == nullptr || last.score > best->score ||
        (last.score == best->score &&
         TieOrder(request.instance, last.worker) < TieOrder(request.instance, best->worker))) {
      best = &last;
    }
  }
  if (best != nullptr) {
    placement.worker = best->worker;
    placement.reason = Join(best->reasons, ", ");
  }
  return placement;
}

}  // namespace edm::master
