#include "master/core/placement/ranking.h"

#include <algorithm>
#include <map>
#include <utility>

#include "master/core/placement/judge.h"

namespace edm::master {

// A plain shape knows nothing of who asks: what looks at that says the same of every worker.
Ranking::Ranking(Shape shape, const PlacementPolicy& policy)
    : shape_(std::move(shape)), question_{shape_.request(), shape_.strategy()}, policy_(policy) {
  const bool is_plain = shape_.detail() == Detail::kPlain;
  for (const auto* filter : Filters()) {
    if (!is_plain || filter->basis != Basis::kAsker) filters_.push_back(filter);
  }
  for (const auto* score : ScoresOfRequest()) {
    if (score->basis != Basis::kFacts && (!is_plain || score->basis != Basis::kAsker))
      scores_.push_back(score);
  }
}

namespace {

// A part while its workers are gathered.
struct Gathered {
  std::vector<std::uint64_t> ties;
  std::vector<Points> points;
  std::vector<Sites::Slot> slots;
};

}  // namespace

void Ranking::Build(const Sites& sites, WorkerPoints& points) {
  where_.assign(sites.end(), {});
  refused_.clear();
  hopes_ = {};
  std::map<std::string_view, std::uint32_t> numbers;
  std::vector<Gathered> gathered;
  const auto& label = shape_.request().spread_by;
  for (Slot slot = 0; slot < sites.end(); ++slot) {
    if (!sites.Holds(slot)) continue;
    const std::string_view value = label.empty() ? std::string_view() : sites[slot].Label(label);
    const auto [at, is_new] = numbers.try_emplace(value, static_cast<std::uint32_t>(gathered.size()));
    if (is_new) gathered.emplace_back();
    auto& part = gathered[at->second];
    where_[slot] = {.place = static_cast<std::uint32_t>(part.slots.size()), .present = true};
    part.slots.push_back(slot);
    part.ties.push_back(TieOrder(policy_, sites[slot]));
    part.points.push_back(Judge(slot, sites, points));
  }
  parts_.clear();
  for (const auto& [value, number] : numbers) {
    auto& part = gathered[number];
    for (const auto slot : part.slots) where_[slot].part = static_cast<std::uint32_t>(parts_.size());
    parts_.push_back({std::string(value), Tournament(std::move(part.ties), std::move(part.points)),
                      std::move(part.slots)});
  }
}

bool Ranking::Update(Slot slot, const Sites& sites, WorkerPoints& points) {
  if (slot >= where_.size() || where_[slot].present != sites.Holds(slot)) return false;
  const auto& where = where_[slot];
  if (!where.present) return true;
  auto& part = parts_[where.part];
  const auto& label = shape_.request().spread_by;
  const bool moves = !label.empty() && where.facts_seen != sites[slot].facts_seen;
  if (moves && sites[slot].Label(label) != part.value) return false;
  part.tournament.Change(where.place, Judge(slot, sites, points));
  return true;
}

Points Ranking::Judge(Slot slot, const Sites& sites, WorkerPoints& points) {
  auto& where = where_[slot];
  const auto& site = sites[slot];
  if (where.facts_seen != site.facts_seen) JudgeFacts(where, site);
  const auto* filter = FirstRefusalNow(where, site);
  if (filter == nullptr) {
    Forgive(where);
  } else {
    Refuse(where, site, *filter);
    return Tournament::kAbsent;
  }
  auto sum = points.Of(shape_.strategy(), slot, sites) + where.points_for_facts;
  for (const auto* score : scores_) sum += score->points(question_, site);
  return sum;
}

void Ranking::JudgeFacts(Where& where, const Site& site) {
  where.facts_seen = site.facts_seen;
  where.refused_for_facts = nullptr;
  where.points_for_facts = 0;
  for (const auto* filter : Filters()) {
    if (filter->basis != Basis::kFacts || filter->judge(question_, site) == Hope::kFits) continue;
    where.refused_for_facts = filter;
    break;
  }
  for (const auto* score : ScoresOfRequest()) {
    if (score->basis == Basis::kFacts) where.points_for_facts += score->points(question_, site);
  }
}

// As FirstRefusal of judge.h, with what is known of the facts.
const Filter* Ranking::FirstRefusalNow(const Where& where, const Site& site) const {
  for (const auto* filter : filters_) {
    const bool refuses = filter->basis == Basis::kFacts ? filter == where.refused_for_facts
                                                        : filter->judge(question_, site) != Hope::kFits;
    if (refuses) return filter;
  }
  return nullptr;
}

void Ranking::Refuse(Where& where, const Site& site, const Filter& filter) {
  const auto phrase = filter.phrase(question_, site);
  const auto hope = HopeOf(question_, site);
  const bool is_same =
      where.refusal != kFits && refused_[where.refusal].phrase == phrase && where.hope == hope;
  if (is_same) return;
  Forgive(where);
  auto at = std::ranges::find(refused_, phrase, &RefusedCount::phrase);
  if (at == refused_.end()) at = refused_.insert(refused_.end(), {phrase, 0});
  ++at->count;
  where.refusal = static_cast<std::uint8_t>(at - refused_.begin());
  where.hope = hope;
  ++hopes_[static_cast<std::size_t>(hope)];
}

void Ranking::Forgive(Where& where) {
  if (where.refusal == kFits) return;
  --refused_[where.refusal].count;
  --hopes_[static_cast<std::size_t>(where.hope)];
  where.refusal = kFits;
}

Hope Ranking::BestHopeOfRefused() const {
  for (std::size_t hope = 0; hope < hopes_.size(); ++hope) {
    if (hopes_[hope] > 0) return static_cast<Hope>(hope);
  }
  return Hope::kNever;
}

}  // namespace edm::master
