#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "master/core/placement/score.h"

namespace edm::master {

// Numbered places that play each other in pairs, the winners again, up to one: the best is known, and a
// change of one place replays its own games only. More points win, the lower tie among equals, then the lower
// place.
class Tournament {
 public:
  using Place = std::uint32_t;
  static constexpr Points kAbsent = std::numeric_limits<Points>::min();
  static constexpr std::uint32_t kFinal = 1;  // the game of all
  static constexpr Place kNobody = std::numeric_limits<Place>::max();

  // One of each for every place; kAbsent for one that does not play.
  Tournament(std::vector<std::uint64_t> ties, std::vector<Points> points);

  void Change(Place place, Points points);

  Points PointsOf(Place place) const { return points_[place]; }
  std::uint64_t TieOf(Place place) const { return ties_[place]; }
  std::size_t size() const { return ties_.size(); }

  // Games are numbered like a heap: those that lead to game n are 2n and 2n + 1, and each place has a leaf.
  // Of a game in which no place plays the winner is kNobody.
  Place Winner(std::uint32_t game) const { return winners_[game]; }
  std::uint32_t Leaf(Place place) const { return leaves_ + place; }
  bool IsPresent(Place place) const { return place != kNobody && points_[place] != kAbsent; }

 private:
  Place Better(Place a, Place b) const;

  std::vector<std::uint64_t> ties_;
  std::vector<Points> points_;
  std::uint32_t leaves_ = 1;    // a power of two
  std::vector<Place> winners_;  // by game
};

}  // namespace edm::master
