#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/core/placement/plan.h"
#include "master/core/placement/search.h"
#include "master/model/state.h"

namespace edm::master {

// What placement remembers of the state between two placements: the workers, what is on them, and in which
// order requests of each shape want them. Told of each change there (draft.h does it), so that no placement
// looks at all workers again. Chooses what Place of place.h chooses. One thread. Why it is made so:
// docs/decisions/0016-rankings-of-workers.md.
class Placer {
 public:
  static constexpr std::size_t kRankingsMax = 32;
  static constexpr std::size_t kRankedSlotsMax = 2'000'000;  // in all rankings, but for four at least
  // So many that disappoint, and an eighth of all: to build a ranking of its own is no dearer than that.
  static constexpr std::size_t kStepsMin = 48;

  Placer() = default;
  explicit Placer(const State& state) : sites_(state) {}

  void WorkerChanged(std::shared_ptr<const WorkerRecord> worker) {
    Note(sites_.WorkerChanged(std::move(worker)));
  }
  void WorkerGone(const std::string& id) { Note(sites_.WorkerGone(id)); }
  void InstanceChanged(const InstanceRecord& instance) { Note(sites_.InstanceChanged(instance)); }
  void InstanceGone(const std::string& id) { Note(sites_.InstanceGone(id)); }

  struct Outcome {
    Placement placement;  // without a worker: why, in figures only where there are few workers
    // Without a worker: the best that any leaves; of many workers by what their ranking knows, which may be
    // more hopeful than true where who asks stands against it as well.
    Hope hope = Hope::kFits;
  };
  Outcome Place(const PlacementRequest& request, const PlacementPolicy& policy, WallTime now);

  // With the figures: looks at all workers.
  Placement InFull(const PlacementRequest& request, const PlacementPolicy& policy, WallTime now) {
    return master::Place(request, sites_, policy, now);
  }

  PlacementPlan Plan(const PlacementRequest& request, const PlacementPolicy& policy, WallTime now) {
    return MakePlan(request, sites_, policy, now);
  }

  const Sites& sites() const { return sites_; }
  std::size_t rankings() const { return rankings_.size(); }

 private:
  void Note(Sites::Slot slot);
  void Note(Sites::Touched touched);
  const Found& Look(const Question& question, const PlacementPolicy& policy);
  Ranking& RankingFor(const Question& question, Detail detail, const PlacementPolicy& policy);
  Ranking* FindRanking(const Question& question, Detail detail);
  void MakeRoom();
  void Flush();
  void DropIdle();
  Outcome Record(const Question& question, const Found& found, WallTime now) const;
  Outcome AtHolder(const Question& question, const PlacementPolicy& policy, WallTime now) const;
  std::vector<RefusedCount> RefusedOf(const Question& question, const Found& found) const;

  Sites sites_;
  PlacementPolicy policy_;
  WorkerPoints points_;
  std::vector<std::unique_ptr<Ranking>> rankings_;
  Ranking* last_ = nullptr;                // that Look has used
  Sites::Slot pending_ = Sites::kNowhere;  // has changed, and no ranking knows
  std::uint64_t changes_ = 0;
  Search search_;
};

}  // namespace edm::master
