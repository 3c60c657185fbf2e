#pragma once

#include <string>
#include <vector>

#include "master/core/placement/filter.h"
#include "master/core/placement/place.h"

namespace edm::master {

// Where an instance would be placed, and by which facts.
struct PlacementPlan {
  Placement placement;      // of every worker
  std::string revision;     // the same facts give the same one, and the same placement
  Hope hope = Hope::kFits;  // without a worker: the best that any leaves
};

// Looks at every worker, as Place does, and chooses the same.
PlacementPlan MakePlan(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy,
                       WallTime now);

// kInvalidArgument when it is no revision of a plan, or not made of such.
Status CheckPlanRevision(const std::string& revision);

// One revision for several placements, and each of them again.
std::string JoinRevisions(const std::vector<std::string>& revisions);
std::vector<std::string> SplitRevision(const std::string& revision);

// How a placement by these facts differs from the one that was planned, and why: "planned on w1 (0.87), and
// it goes to w2 (0.85): w1 has 0.61 (load 0.41, 3 orders under way)". "": it does not.
std::string DifferenceFrom(const std::string& revision, const PlacementPlan& now);

// Of one that does not: "as planned", or, where the facts have changed, "as planned (0.87 then, 0.85 now)".
std::string AgreementWith(const std::string& revision, const PlacementPlan& now);

}  // namespace edm::master
