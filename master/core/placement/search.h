#pragma once

#include <vector>

#include "master/core/placement/ranking.h"

namespace edm::master {

// What a search has found.
struct Found {
  std::vector<Choice> best;  // the best first; empty: none takes it
  struct ToAsker {
    Sites::Slot slot = Sites::kNowhere;
    const Filter* filter = nullptr;  // the first that refuses
  };
  std::vector<ToAsker> refused;  // those that the ranking let through and a filter refused nevertheless
  bool gave_up = false;          // too many did: ask a ranking that knows more of the request
};

// Goes through a ranking from its best on, judges each as a full scan would, and ends as soon as no other can
// be better. Exact, unless it gives up. Holds room that it uses again; one thread.
class Search {
 public:
  // `steps_max`: so many that disappoint are looked at. Good until the next one.
  const Found& Run(const Question& question, const Ranking& ranking, const Sites& sites,
                   const PlacementPolicy& policy, std::size_t steps_max);

 private:
  // The winner of a game that was not looked at yet. What it promises is never less than what it has.
  struct Front {
    Points promise = 0;
    std::uint64_t tie = 0;
    std::uint32_t part = 0;
    std::uint32_t game = 0;
  };
  void Open(const Question& question, const Ranking& ranking);
  void WeighZones(const Question& question, const Ranking& ranking);
  void Push(const Ranking& ranking, std::uint32_t part, std::uint32_t game);
  const Front& Best();                 // and puts it first
  Choice Pop(const Ranking& ranking);  // what Best gave, with what it promises

  // A few are in no order: to look at each is cheaper than to keep them in one. Many are a heap.
  std::vector<Front> fronts_;
  bool is_heap_ = false;
  std::vector<Points> zones_;  // by part
  Found found_;
};

// Judges one worker and puts it where it belongs.
void Consider(const Question& question, const Site& site, const PlacementPolicy& policy, Sites::Slot slot,
              Found& found);

}  // namespace edm::master
