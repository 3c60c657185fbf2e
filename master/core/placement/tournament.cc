#include "master/core/placement/tournament.h"

#include <bit>
#include <utility>

namespace edm::master {

Tournament::Tournament(std::vector<std::uint64_t> ties, std::vector<Points> points)
    : ties_(std::move(ties)),
      points_(std::move(points)),
      leaves_(std::bit_ceil(static_cast<std::uint32_t>(ties_.size()))),
      winners_(std::size_t{leaves_} * 2, kNobody) {
  for (Place place = 0; place < ties_.size(); ++place) winners_[Leaf(place)] = place;
  for (auto game = leaves_ - 1; game >= kFinal; --game)
    winners_[game] = Better(winners_[game * 2], winners_[game * 2 + 1]);
}

Tournament::Place Tournament::Better(Place a, Place b) const {
  if (b == kNobody) return a;
  if (a == kNobody) return b;
  if (points_[a] != points_[b]) return points_[a] > points_[b] ? a : b;
  if (ties_[a] != ties_[b]) return ties_[a] < ties_[b] ? a : b;
  return a < b ? a : b;
}

void Tournament::Change(Place place, Points points) {
  if (points_[place] == points) return;
  points_[place] = points;
  for (auto game = Leaf(place) / 2; game >= kFinal; game /= 2) {
    const auto before = winners_[game];
    winners_[game] = Better(winners_[game * 2], winners_[game * 2 + 1]);
    // Neither did it win here, nor does it now: further up nobody notices.
    if (winners_[game] == before && before != place) return;
  }
}

}  // namespace edm::master
