#include "edmctl/output/placement.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

template <class List>
std::string Joined(const List& list) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ", ") + Harmless(fmt::format("{}", one));
  return text;
}

std::string Size(std::uint32_t mib) { return mib == 0 ? "" : FormatBytes(std::uint64_t{mib} << 20U); }

std::string Labels(const v1::InstanceSpec& spec) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : spec.worker_labels()) labels.push_back(Harmless(key + "=" + value));
  std::ranges::sort(labels);
  return Join(labels, ", ");
}

std::string Near(const v1::Requirements& wants) {
  std::vector<std::string> wishes;
  for (const auto& one : wants.affinities())
    wishes.push_back(Harmless(fmt::format("{}={}:{}", one.label(), one.value(), one.weight())));
  return Join(wishes, ", ");
}

// Of a whole plan, or of one member in it.
template <class Plan>
std::string RenderOne(const Terminal& terminal, const std::string& id, const Plan& plan) {
  const auto& placement = plan.placement();
  auto text = id + (plan.is_new() ? " (new)" : "");
  if (placement.worker().empty()) {
    text += plan.can_never() ? " can go to no worker, now or later: " : " would wait: ";
    text += Harmless(plan.sentence()) + "\n";
  } else {
    text += " would go to " + Harmless(placement.worker()) + ": " + Harmless(placement.reason()) + "\n";
  }
  return text + RenderCandidates(terminal, placement);
}

}  // namespace

std::string RenderCandidates(const Terminal& terminal, const v1::Placement& placement) {
  std::vector<v1::Placement::Candidate> all(placement.candidates().begin(), placement.candidates().end());
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) {
    return a.feasible() != b.feasible() ? a.feasible() : a.score() > b.score();
  });
  std::vector<Row> rows;
  for (const auto& one : all) {
    rows.push_back({Harmless(one.worker()), one.feasible() ? fmt::format("{:.3f}", one.score()) : "-",
                    (one.feasible() ? "" : "no: ") + Joined(one.reasons())});
  }
  return rows.empty() ? "" : RenderTable(terminal, {"WORKER", "SCORE", "WHY"}, rows);
}

std::string RenderPlan(const Terminal& terminal, const std::string& id, const v1::PlacementPlan& plan) {
  std::string text;
  for (const auto& member : plan.members()) text += RenderOne(terminal, Harmless(member.id()), member) + "\n";
  if (plan.members().empty()) text = RenderOne(terminal, id, plan);
  return text + "revision " + Harmless(plan.revision()) + "\n";
}

std::string RenderWishes(const Terminal& terminal, const v1::InstanceSpec& spec) {
  const auto& wants = spec.requirements();
  const bool has_strategy = wants.strategy() != v1::Requirements::DEFAULT;
  auto text = RenderFields(
      terminal,
      {{"memory", Size(spec.memory_mib())},
       {"cpus", spec.cpus() == 0 ? "" : fmt::format("{:g}", spec.cpus())},
       {"disk", Size(wants.disk_mib())},
       {"gpus", wants.gpus() == 0 ? "" : std::to_string(wants.gpus())},
       {"architecture", Harmless(wants.architecture())},
       {"labels", Labels(spec)},
       {"ports", Joined(wants.host_ports())},
       {"apart from", Joined(wants.apart_from())},
       {"one per worker", wants.one_per_worker() ? "yes" : ""},
       {"singleton", wants.singleton() ? "yes" : ""},
       {"near", Near(wants)},
       {"spread by", Harmless(wants.spread_by())},
       {"strategy", has_strategy ? Folded(v1::Requirements::Strategy_Name(wants.strategy())) : ""}});
  return text.empty() ? "nothing is set: any worker will do\n" : text;
}

}  // namespace edm::ctl
