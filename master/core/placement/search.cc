#include "master/core/placement/search.h"

#include <algorithm>
#include <compare>

#include "master/core/placement/judge.h"

namespace edm::master {
namespace {

constexpr std::size_t kFewFronts = 32;

// After the best is sure, so many more are looked at for those that are recorded beside it.
constexpr std::size_t kMoreForTheRecord = 1;

constexpr auto kWorse = [](const auto& a, const auto& b) {
  return a.promise != b.promise ? a.promise < b.promise : a.tie > b.tie;
};

bool ComesBefore(const Points promise, const std::uint64_t tie, const Choice& known) {
  return promise != known.points ? promise > known.points : tie < known.tie;
}

void Keep(Found& found, const Choice& choice) {
  const auto at =
      std::ranges::find_if(found.best, [&](const Choice& one) { return choice.IsBetterThan(one); });
  found.best.insert(at, choice);
  if (found.best.size() > kCandidatesBest) found.best.pop_back();
}

bool IsKnown(const PlacementRequest& request, const std::string& worker) {
  return worker == request.at || std::ranges::find(request.cached, worker) != request.cached.end();
}

// What the ranking does not know of a worker: who asks.
void ConsiderRanked(const Question& question, const Site& site, const Ranking& ranking, Choice choice,
                    Found& found) {
  if (const auto* filter = FirstRefusalToAsker(question, site)) {
    found.refused.push_back({choice.slot, filter});
    return;
  }
  if (ranking.shape().detail() == Detail::kPlain) choice.points += kCompany.points(question, site);
  choice.points += kSiblings.points(question, site);
  Keep(found, choice);
}

}  // namespace

void Consider(const Question& question, const Site& site, const PlacementPolicy& policy, Sites::Slot slot,
              Found& found) {
  if (const auto* filter = FirstRefusal(question, site)) {
    found.refused.push_back({slot, filter});
  } else {
    Keep(found, {slot, Total(question, site), TieOrder(policy, site)});
  }
}

void Search::Push(const Ranking& ranking, std::uint32_t part, std::uint32_t game) {
  const auto& tournament = ranking.parts()[part].tournament;
  const auto place = tournament.Winner(game);
  if (!tournament.IsPresent(place)) return;
  fronts_.push_back({tournament.PointsOf(place) + zones_[part], tournament.TieOf(place), part, game});
  if (is_heap_) std::ranges::push_heap(fronts_, kWorse);
}

const Search::Front& Search::Best() {
  if (!is_heap_ && fronts_.size() > kFewFronts) {
    std::ranges::make_heap(fronts_, kWorse);
    is_heap_ = true;
  }
  if (!is_heap_) std::iter_swap(fronts_.begin(), std::ranges::max_element(fronts_, kWorse));
  return fronts_.front();
}

// What else played in its game comes in its stead.
Choice Search::Pop(const Ranking& ranking) {
  const auto front = fronts_.front();
  if (is_heap_) {
    std::ranges::pop_heap(fronts_, kWorse);
  } else {
    std::swap(fronts_.front(), fronts_.back());
  }
  fronts_.pop_back();
  const auto& part = ranking.parts()[front.part];
  const auto place = part.tournament.Winner(front.game);
  for (auto game = part.tournament.Leaf(place); game > front.game; game /= 2)
    Push(ranking, front.part, game ^ 1U);
  return {part.slots[place], front.promise, front.tie};
}

// Both are in the order of the values.
void Search::WeighZones(const Question& question, const Ranking& ranking) {
  const auto& parts = ranking.parts();
  zones_.assign(parts.size(), 0);
  if (question.zones == nullptr) return;
  std::size_t part = 0;
  for (const auto& [value, members] : *question.zones) {
    auto order = std::strong_ordering::greater;
    while (part < parts.size() && (order = parts[part].value <=> value) < 0) ++part;
    if (order == 0) zones_[part] = PointsOfZone(question, value, members);
  }
}

void Search::Open(const Question& question, const Ranking& ranking) {
  fronts_.clear();
  is_heap_ = false;
  WeighZones(question, ranking);
  for (std::uint32_t part = 0; part < zones_.size(); ++part) Push(ranking, part, Tournament::kFinal);
}

const Found& Search::Run(const Question& question, const Ranking& ranking, const Sites& sites,
                         const PlacementPolicy& policy, std::size_t steps_max) {
  auto& found = found_;
  found.best.clear();
  found.refused.clear();
  found.gave_up = false;
  // Those of which more may be said than takes away.
  if (const auto own = sites.Find(question.request.at); own != Sites::kNowhere)
    Consider(question, sites[own], policy, own, found);
  for (const auto& worker : question.request.cached) {
    if (const auto slot = sites.Find(worker); slot != Sites::kNowhere && worker != question.request.at)
      Consider(question, sites[slot], policy, slot, found);
  }
  Open(question, ranking);
  std::size_t more = 0;
  for (std::size_t steps = 0; !fronts_.empty(); ++steps) {
    const auto& next = Best();
    const bool sure = !found.best.empty() && !ComesBefore(next.promise, next.tie, found.best.front());
    if (sure && (found.best.size() == kCandidatesBest || more++ == kMoreForTheRecord)) break;
    if (!sure && steps == steps_max) {
      found.gave_up = true;
      break;
    }
    const auto choice = Pop(ranking);
    const auto& site = sites[choice.slot];
    if (!IsKnown(question.request, site.id())) ConsiderRanked(question, site, ranking, choice, found);
  }
  return found;
}

}  // namespace edm::master
