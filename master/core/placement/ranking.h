#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "master/core/placement/filter.h"
#include "master/core/placement/place.h"
#include "master/core/placement/shape.h"
#include "master/core/placement/tournament.h"
#include "master/core/placement/worker_points.h"

namespace edm::master {

// The workers in the order in which requests of one shape want them, kept as they change: an entry is what
// all scores give but those that depend on who asks, and those only take away. A request that is spread by a
// label has one tournament for each value, since what its group's members take away there is the same for
// all.
class Ranking {
 public:
  using Slot = Sites::Slot;

  Ranking(Shape shape, const PlacementPolicy& policy);
  Ranking(const Ranking&) = delete;

  const Shape& shape() const { return shape_; }

  // Looks at all workers.
  void Build(const Sites& sites, WorkerPoints& points);
  // Looks at one again. False: it is new, gone, or has another value of the label: build anew.
  bool Update(Slot slot, const Sites& sites, WorkerPoints& points);

  struct Part {
    std::string value;  // of the label; "" where nothing is spread
    Tournament tournament;
    std::vector<Slot> slots;  // by place
  };
  // In the order of their values.
  const std::vector<Part>& parts() const { return parts_; }

  // Those that the shape alone rules out, by the reason.
  const std::vector<RefusedCount>& refused() const { return refused_; }
  // The best that any of them leaves to hope for; kNever when there are none.
  Hope BestHopeOfRefused() const;

  std::size_t slots() const { return where_.size(); }

  // The Placer's bookkeeping.
  bool is_stale = true;    // to be built before it is used
  std::uint64_t used = 0;  // when, by the count of changes

 private:
  static constexpr std::uint8_t kFits = 255;
  struct Where {
    std::uint32_t part = 0;
    Tournament::Place place = 0;
    bool present = false;
    std::uint8_t refusal = kFits;  // index in refused_
    Hope hope = Hope::kFits;
    // What is the same until the worker's facts change.
    std::uint32_t facts_seen = 0;
    const Filter* refused_for_facts = nullptr;
    Points points_for_facts = 0;
  };

  // Judges the worker in that slot, keeps the counts, and gives its points or kAbsent.
  Points Judge(Slot slot, const Sites& sites, WorkerPoints& points);
  void JudgeFacts(Where& where, const Site& site);
  const Filter* FirstRefusalNow(const Where& where, const Site& site) const;
  void Refuse(Where& where, const Site& site, const Filter& filter);
  void Forgive(Where& where);

  Shape shape_;
  Question question_;
  std::vector<const Filter*> filters_;
  std::vector<const Score*> scores_;  // but for those of facts
  PlacementPolicy policy_;
  std::vector<Part> parts_;
  std::vector<Where> where_;  // by slot
  std::vector<RefusedCount> refused_;
  std::array<std::uint32_t, 5> hopes_{};  // how many of the refused leave which hope
};

}  // namespace edm::master
