#include "master/core/placement/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/core/placement/hash.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

constexpr auto kNobody = "-";   // in a revision: no worker takes it
constexpr char kBetween = '+';  // two revisions

// What a revision says: <digest>.<points>.<worker>
struct Planned {
  std::uint64_t digest = 0;
  Points points = 0;
  std::string worker;  // "" : none
};

// What decides about one worker. Summed up, so that the order of workers does not matter.
std::uint64_t DigestOf(const Question& question, const Site& site) {
  if (const auto* filter = FirstRefusal(question, site)) return HashOf(site.id_hash, filter->name);
  return HashOf(site.id_hash, static_cast<std::uint64_t>(Total(question, site)));
}

template <class Number>
bool Read(std::string_view text, Number& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

Result<Planned> Parse(const std::string& revision) {
  const Error bad{Code::kInvalidArgument,
                  "plan revision " + Shown(revision),
                  "it is none",
                  {},
                  "give the one that edmctl plan shows"};
  const auto first = revision.find('.');
  const auto second = first == std::string::npos ? first : revision.find('.', first + 1);
  if (second == std::string::npos) return bad;
  Planned planned;
  const std::string_view text = revision;
  if (!Read(text.substr(0, first), planned.digest, 16)) return bad;
  if (!Read(text.substr(first + 1, second - first - 1), planned.points, 10)) return bad;
  planned.worker = revision.substr(second + 1);
  if (planned.worker == kNobody) {
    planned.worker.clear();
  } else if (!CheckWorkerId(planned.worker).ok()) {
    return bad;
  }
  return planned;
}

// What is so of a worker.
std::string NowOf(const PlacementPlan& now, const std::string& worker) {
  const auto& all = now.placement.candidates;
  const auto at = std::ranges::find(all, worker, &Candidate::worker);
  if (at == all.end()) return worker + " is gone";
  const auto reasons = Said(at->reasons);
  if (!at->feasible) return worker + " " + reasons;
  return worker + " has " + Hundredths(at->score) + " (" + reasons + ")";
}

// The planned worker is worse than it was, or the chosen one is better.
std::string CauseOf(const Planned& planned, const PlacementPlan& now) {
  const auto& all = now.placement.candidates;
  const auto at = std::ranges::find(all, planned.worker, &Candidate::worker);
  const bool is_as_good = at != all.end() && at->feasible && ToPoints(at->score) >= planned.points;
  return NowOf(now, is_as_good ? now.placement.worker : planned.worker);
}

}  // namespace

PlacementPlan MakePlan(const PlacementRequest& request, Sites& sites, const PlacementPolicy& policy,
                       WallTime now) {
  PlacementPlan plan{PlaceInFull(request, sites, policy, now), "", Hope::kFits};
  const auto question = QuestionOf(request, sites, policy);
  std::uint64_t digest = HashOf(policy.seed);
  auto best = sites.workers() == 0 ? Hope::kMended : Hope::kNever;
  for (Sites::Slot slot = 0; slot < sites.end(); ++slot) {
    if (!sites.Holds(slot)) continue;
    digest += DigestOf(question, sites[slot]);
    best = std::min(best, HopeOf(question, sites[slot]));
  }
  plan.hope = best;
  const auto& placement = plan.placement;
  const bool fits = !placement.worker.empty();
  plan.revision =
      fmt::format("{:016x}.{}.{}", digest, fits ? ToPoints(placement.candidates.front().score) : 0,
                  fits ? placement.worker : kNobody);
  return plan;
}

Status CheckPlanRevision(const std::string& revision) {
  for (const auto& one : SplitRevision(revision)) {
    auto planned = Parse(one);
    if (!planned.ok()) return std::move(planned).error();
  }
  return Ok();
}

std::string JoinRevisions(const std::vector<std::string>& revisions) {
  return Join(revisions, std::string(1, kBetween));
}

std::vector<std::string> SplitRevision(const std::string& revision) { return Split(revision, kBetween); }

std::string DifferenceFrom(const std::string& revision, const PlacementPlan& now) {
  const auto planned = Parse(revision);
  const auto& chosen = now.placement.worker;
  if (!planned.ok() || planned->worker == chosen) return "";
  if (planned->worker.empty()) return "planned on no worker, and one takes it now: " + NowOf(now, chosen);
  auto text = "planned on " + planned->worker + " (" + Hundredths(ToShare(planned->points)) + "), and ";
  if (chosen.empty()) return text + "no worker takes it now: " + NowOf(now, planned->worker);
  text += "it goes to " + chosen + " (" + Hundredths(now.placement.candidates.front().score) + "): ";
  return text + CauseOf(*planned, now);
}

std::string AgreementWith(const std::string& revision, const PlacementPlan& now) {
  const auto planned = Parse(revision);
  if (!planned.ok() || now.revision == revision || now.placement.candidates.empty()) return "as planned";
  return "as planned (" + Hundredths(ToShare(planned->points)) + " then, " +
         Hundredths(now.placement.candidates.front().score) + " now)";
}

}  // namespace edm::master
