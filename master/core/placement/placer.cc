#include "master/core/placement/placer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "master/core/placement/judge.h"
#include "master/core/placement/tally.h"

namespace edm::master {
namespace {

constexpr std::uint64_t kChangesMin = 4'096;

Hope BestHope(const Question& question, const Sites& sites) {
  auto best = sites.workers() == 0 ? Hope::kMended : Hope::kNever;
  for (Sites::Slot slot = 0; slot < sites.end(); ++slot) {
    if (sites.Holds(slot)) best = std::min(best, HopeOf(question, sites[slot]));
  }
  return best;
}

}  // namespace

// Twice in a row is once: a placement changes its worker by the promise and by the instance.
void Placer::Note(Sites::Slot slot) {
  if (slot == Sites::kNowhere || slot == pending_) return;
  Flush();
  pending_ = slot;
}

void Placer::Flush() {
  if (pending_ == Sites::kNowhere) return;
  points_.Forget(pending_);
  for (const auto& ranking : rankings_) {
    if (!ranking->is_stale && !ranking->Update(pending_, sites_, points_)) ranking->is_stale = true;
  }
  pending_ = Sites::kNowhere;
  if (++changes_ % kChangesMin == 0) DropIdle();
}

// To keep up with more changes than this costs more than to look at all workers again.
void Placer::DropIdle() {
  const auto most = std::max<std::uint64_t>(kChangesMin, std::uint64_t{sites_.end()} * 4);
  std::erase_if(rankings_, [&](const auto& one) { return changes_ - one->used > most; });
}

void Placer::Note(Sites::Touched touched) {
  Note(touched.before);
  if (touched.after != touched.before) Note(touched.after);
}

Ranking* Placer::FindRanking(const Question& question, Detail detail) {
  for (const auto& one : rankings_) {
    if (one->shape().Fits(question.request, question.strategy, detail)) return one.get();
  }
  return nullptr;
}

// The one that was not used for the longest goes.
void Placer::MakeRoom() {
  const auto least = std::max<std::size_t>(4, kRankedSlotsMax / std::max<std::size_t>(1, sites_.end()));
  while (rankings_.size() >= std::min(kRankingsMax, least))
    rankings_.erase(std::ranges::min_element(rankings_, {}, [](const auto& one) { return one->used; }));
}

Ranking& Placer::RankingFor(const Question& question, Detail detail, const PlacementPolicy& policy) {
  auto* ranking = FindRanking(question, detail);
  if (ranking == nullptr) {
    MakeRoom();
    rankings_.push_back(
        std::make_unique<Ranking>(Shape(question.request, question.strategy, detail), policy));
    ranking = rankings_.back().get();
  }
  if (ranking->is_stale) ranking->Build(sites_, points_);
  ranking->is_stale = false;
  ranking->used = changes_;
  return *ranking;
}

const Found& Placer::Look(const Question& question, const PlacementPolicy& policy) {
  last_ = nullptr;
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  if (FindRanking(question, Detail::kOwn) == nullptr) {
    auto& plain = RankingFor(question, Detail::kPlain, policy);
    const auto& found = search_.Run(question, plain, sites_, policy, kStepsMin + sites_.workers() / 8);
    last_ = &plain;
    if (!found.gave_up) return found;
  }
  auto& own = RankingFor(question, Detail::kOwn, policy);
  last_ = &own;
  return search_.Run(question, own, sites_, policy, kAll);
}

Placer::Outcome Placer::Place(const PlacementRequest& request, const PlacementPolicy& policy, WallTime now) {
  if (policy != policy_) {
    rankings_.clear();
    policy_ = policy;
  }
  const auto question = QuestionOf(request, sites_, policy);
  // Few workers are all recorded, so all are looked at.
  if (sites_.workers() <= kCandidatesAll) {
    Outcome outcome{InFull(request, policy, now), Hope::kFits};
    if (outcome.placement.worker.empty()) outcome.hope = BestHope(question, sites_);
    return outcome;
  }
  Flush();
  if (!request.holder.empty()) return AtHolder(question, policy, now);
  return Record(question, Look(question, policy), now);
}

// One that has images stays with them: nobody else is asked.
Placer::Outcome Placer::AtHolder(const Question& question, const PlacementPolicy& policy,
                                 WallTime now) const {
  Outcome outcome;
  auto& placement = outcome.placement;
  placement.decided_at = now;
  placement.workers = static_cast<std::uint32_t>(sites_.workers());
  const auto slot = sites_.Find(question.request.holder);
  const auto others = placement.workers - (slot == Sites::kNowhere ? 0 : 1);
  placement.told_refusals =
      CountOf(others, "does not hold its images") + " (they are on " + question.request.holder + ")";
  outcome.hope = Hope::kMended;
  if (slot == Sites::kNowhere) return outcome;
  Found found;
  Consider(question, sites_[slot], policy, slot, found);
  if (found.best.empty()) {
    placement.candidates = {CandidateOf(question, sites_[slot])};
    outcome.hope = std::min(outcome.hope, HopeOf(question, sites_[slot]));
    Tally refused;
    refused.Add(question, sites_[slot], *FirstRefusal(question, sites_[slot]));
    placement.told_refusals += ", " + refused.Text();
  } else {
    Take(placement, {CandidateThatFits(question, sites_[slot], found.best.front().points)});
  }
  return outcome;
}

// Those that the ranking lets through and that cannot take it nevertheless are few.
std::vector<RefusedCount> Placer::RefusedOf(const Question& question, const Found& found) const {
  std::vector<RefusedCount> refused;
  refused.reserve(last_->refused().size() + found.refused.size());
  refused = last_->refused();
  for (const auto& one : found.refused) {
    const auto phrase = one.filter->phrase(question, sites_[one.slot]);
    const auto at = std::ranges::find(refused, phrase, &RefusedCount::phrase);
    if (at != refused.end()) {
      ++at->count;
    } else {
      refused.push_back({phrase, 1});
    }
  }
  return refused;
}

Placer::Outcome Placer::Record(const Question& question, const Found& found, WallTime now) const {
  Outcome outcome;
  auto& placement = outcome.placement;
  placement.decided_at = now;
  placement.workers = static_cast<std::uint32_t>(sites_.workers());
  placement.refused = RefusedOf(question, found);
  // What bars a worker is said in the request's own words, which nobody keeps.
  if (!question.request.barred.empty())
    placement.told_refusals = TextOf(std::exchange(placement.refused, {}));
  if (found.best.empty()) {
    outcome.hope = last_->BestHopeOfRefused();
    for (const auto& one : found.refused)
      outcome.hope = std::min(outcome.hope, HopeOf(question, sites_[one.slot]));
    return outcome;
  }
  std::vector<Candidate> best;
  best.reserve(found.best.size());
  for (const auto& one : found.best)
    best.push_back(CandidateThatFits(question, sites_[one.slot], one.points));
  Take(placement, std::move(best));
  return outcome;
}

}  // namespace edm::master
