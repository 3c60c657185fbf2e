#include "master/core/placement/place.h"

#include <algorithm>

#include "common/model/member_name.h"
#include "master/core/placement/hash.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/tally.h"

namespace edm::master {
namespace {

// Of few workers equals are told apart for each instance anew, so that not all ties fall on the same one; of
// many a ranking has to know the order before anybody asks.
std::uint64_t TieFor(const Question& question, const Sites& sites, const PlacementPolicy& policy,
                     const Site& site) {
  const auto tie = TieOrder(policy, site);
  return sites.workers() > kCandidatesAll ? tie : HashOf(tie, std::string_view(question.request.instance));
}

struct Looked {
  std::vector<Choice> fitting;  // the best first
  Tally refused;
  std::vector<Sites::Slot> refused_slots;
};

Looked LookAtAll(const Question& question, Sites& sites, const PlacementPolicy& policy) {
  Looked looked;
  for (Sites::Slot slot = 0; slot < sites.end(); ++slot) {
    if (!sites.Holds(slot)) continue;
    const auto& site = sites[slot];
    if (const auto* filter = FirstRefusal(question, site)) {
      looked.refused.Add(question, site, *filter);
      looked.refused_slots.push_back(slot);
    } else {
      looked.fitting.push_back({slot, Total(question, site), TieFor(question, sites, policy, site)});
    }
  }
  std::ranges::sort(looked.fitting, [](const Choice& a, const Choice& b) { return a.IsBetterThan(b); });
  return looked;
}

Placement Record(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy, WallTime now,
                 std::size_t all_up_to) {
  const auto question = QuestionOf(request, sites, policy);
  const auto looked = LookAtAll(question, sites, policy);
  Placement placement;
  placement.decided_at = now;
  placement.workers = static_cast<std::uint32_t>(sites.workers());
  placement.told_refusals = looked.refused.Text();
  const bool all = sites.workers() <= all_up_to;
  const auto shown = all ? looked.fitting.size() : std::min(looked.fitting.size(), kCandidatesBest);
  std::vector<Candidate> best;
  for (std::size_t i = 0; i < shown; ++i)
    best.push_back(CandidateThatFits(question, sites[looked.fitting[i].slot], looked.fitting[i].points));
  if (!best.empty()) Take(placement, std::move(best));
  for (const auto slot : looked.refused_slots) {
    if (all) placement.candidates.push_back(CandidateOf(question, sites[slot]));
  }
  return placement;
}

}  // namespace

Question QuestionOf(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy) {
  Question question{request, request.strategy == Strategy::kDefault ? policy.strategy : request.strategy};
  const auto& names = sites.names();
  question.instance = names.Find(request.instance);
  if (IsMember(request.instance)) question.set = names.Find(SetOf(request.instance));
  question.apart_from.reserve(request.apart_from.size());
  for (const auto& other : request.apart_from) question.apart_from.push_back(names.Find(other));
  if (request.spread_by.empty() || request.group == 0) return question;
  question.zones = &sites.Zones(request.group, request.spread_by);
  if (const auto own = sites.Find(request.at); own != Sites::kNowhere)
    question.own_zone = &sites[own].Label(request.spread_by);
  return question;
}

Candidate CandidateOf(const Question& question, const Site& site) {
  if (FirstRefusal(question, site) == nullptr)
    return CandidateThatFits(question, site, Total(question, site));
  Candidate candidate{.worker = site.id(), .load = site.worker->load ? site.worker->background : 0};
  for (auto& reason : Refusals(question, site)) candidate.reasons.push_back({.about = std::move(reason)});
  return candidate;
}

Candidate CandidateThatFits(const Question& question, const Site& site, Points points) {
  return {.worker = site.id(),
          .feasible = true,
          .score = ToShare(points),
          .reasons = Weighed(question, site),
          .load = site.worker->background};
}

void Take(Placement& placement, std::vector<Candidate> best) {
  placement.worker = best.front().worker;
  placement.candidates = std::move(best);
}

Placement Place(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy, WallTime now) {
  return Record(request, sites, policy, now, kCandidatesAll);
}

Placement PlaceInFull(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy,
                      WallTime now) {
  return Record(request, sites, policy, now, sites.workers());
}

}  // namespace edm::master
