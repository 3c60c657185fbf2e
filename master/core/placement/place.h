#pragma once

#include <vector>

#include "common/model/instance.h"
#include "master/core/placement/question.h"
#include "master/core/placement/score.h"
#include "master/core/placement/sites.h"

namespace edm::master {

// Up to so many workers all are recorded; of more the best few, and how many were refused for what.
inline constexpr std::size_t kCandidatesAll = 8;
inline constexpr std::size_t kCandidatesBest = 2;

// Good until a site changes.
Question QuestionOf(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy);

// A worker that can take it.
struct Choice {
  Sites::Slot slot = Sites::kNowhere;
  Points points = 0;
  std::uint64_t tie = 0;

  bool IsBetterThan(const Choice& other) const {
    if (points != other.points) return points > other.points;
    return tie != other.tie ? tie < other.tie : slot < other.slot;
  }
};

// The best worker, or "" with the reasons against them: a look at each, nothing remembered. Equal facts give
// equal answers; the policy's seed decides between workers that are equally good.
Placement Place(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy, WallTime now);

// The same with every worker recorded, however many.
Placement PlaceInFull(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy,
                      WallTime now);

// What is recorded of one worker; of one that was found to fit, with its points.
Candidate CandidateOf(const Question& question, const Site& site);
Candidate CandidateThatFits(const Question& question, const Site& site, Points points);

// Takes the best of them.
void Take(Placement& placement, std::vector<Candidate> best);

}  // namespace edm::master
