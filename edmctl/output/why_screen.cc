#include "edmctl/output/why_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/base/text.h"
#include "edmctl/output/cluster_judgement.h"
#include "edmctl/output/progress.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kOthersShown = 20;

using Candidate = v1::Placement::Candidate;

bool IsOver(const v1::Operation& operation) {
  return operation.state() != v1::Operation::PENDING && operation.state() != v1::Operation::RUNNING;
}

// What an open operation waits for.
std::string WaitOf(const v1::Operation& operation) {
  for (const auto& step : operation.steps()) {
    if (step.state() == v1::Step::RUNNING && step.detail().starts_with("waits")) return "it " + step.detail();
  }
  return {};
}

std::string FailureOf(const v1::Operation& operation) {
  const auto& failure = operation.failure();
  return fmt::format("its last {} {}: {} {}", KindOf(operation), StateOf(operation), failure.object(),
                     failure.cause());
}

std::string NotWell(const WhyFacts& facts) {
  const auto& operation = facts.operation;
  const bool is_open = operation && !IsOver(*operation);
  const auto wait = is_open ? WaitOf(*operation) : "";
  if (!wait.empty()) return "not well: " + Harmless(wait) + "\n";
  if (is_open && facts.instance.status().phase() != v1::Phase::RUNNING) return {};
  const auto problems = Judge(facts.instance);
  if (!problems.empty()) {
    const auto& first = problems.front();
    const bool leads_here = first.next == "edmctl why " + facts.instance.id();
    return "not well: " + Harmless(first.cause) + "\n" +
           (leads_here ? "" : "  next  " + Harmless(first.next) + "\n");
  }
  if (operation && operation->has_failure()) return "not well: " + Harmless(FailureOf(*operation)) + "\n";
  return {};
}

std::string OperationLines(const Terminal& terminal, const v1::Operation& operation, WallTime now) {
  auto text = operation.id() + ": " + KindOf(operation) + ", " + StateOf(operation);
  if (!operation.actor().empty()) text += ", asked by " + operation.actor();
  text += "\n";
  for (const auto& step : operation.steps()) text += RenderStep(terminal, step, now);
  if (!operation.plan_difference().empty())
    text += "  not as planned: " + Harmless(operation.plan_difference()) + "\n";
  return IsOver(operation) ? text + RenderOutcome(terminal, operation) : text;
}

std::string NotThere(const Candidate& candidate, const std::string& since) {
  const std::vector<std::string> reasons(candidate.reasons().begin(), candidate.reasons().end());
  auto why = Harmless(Join(reasons, ", "));
  const auto score = candidate.feasible() ? fmt::format(" ({:.3f})", candidate.score()) : "";
  if (!why.starts_with("load ")) why += fmt::format(" (load {:.2f})", candidate.load());
  return "  not " + Harmless(candidate.worker()) + score + ": " + since + why + "\n";
}

const Candidate* Find(const v1::Placement& placement, const std::string& worker) {
  const auto& all = placement.candidates();
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.worker() == worker; });
  return at == all.end() ? nullptr : &*at;
}

// Of each other worker: as it was when the instance was placed, or as it is now.
std::vector<std::string> Others(const v1::Placement& then, const v1::Placement& now) {
  std::vector<std::string> lines;
  for (const auto& one : then.candidates()) {
    if (one.worker() != then.worker()) lines.push_back(NotThere(one, ""));
  }
  const bool all_known = then.workers() <= static_cast<std::uint32_t>(then.candidates_size());
  const auto* since = then.worker().empty() ? "" : all_known ? "came later; now: " : "now: ";
  for (const auto& one : now.candidates()) {
    if (one.worker() != then.worker() && Find(then, one.worker()) == nullptr)
      lines.push_back(NotThere(one, since));
  }
  return lines;
}

std::string PlacementLines(const v1::Placement& then, const std::optional<v1::PlacementPlan>& now) {
  std::string text;
  if (!then.worker().empty()) {
    const auto* chosen = Find(then, then.worker());
    text = "placed on " + Harmless(then.worker());
    if (chosen != nullptr) text += fmt::format(" ({:.3f})", chosen->score());
    text += (then.reason().empty() ? "" : ": " + Harmless(then.reason())) + "\n";
  } else if (now && now->placement().worker().empty()) {
    text = "placed on no worker: " + Harmless(now->sentence()) + "\n";
  } else if (now) {
    text = "placed on no worker yet; now it would go to " + Harmless(now->placement().worker()) + "\n";
  }
  const auto others = Others(then, now ? now->placement() : v1::Placement());
  for (std::size_t at = 0; at < std::min(others.size(), kOthersShown); ++at) text += others[at];
  if (others.size() > kOthersShown)
    text += fmt::format("  and {} more: edmctl plan shows each\n", others.size() - kOthersShown);
  if (!then.refusals().empty())
    text += fmt::format("  of {} then: {}\n", Counted(then.workers(), "worker"), Harmless(then.refusals()));
  return text;
}

}  // namespace

std::string RenderWhy(const Terminal& terminal, const WhyFacts& facts, WallTime now) {
  const auto& status = facts.instance.status();
  auto text = facts.instance.id() + " is " + StateOf(facts.instance);
  if (status.desired() != v1::InstanceStatus::NOTHING)
    text += "; wanted: " + Folded(v1::InstanceStatus::Desired_Name(status.desired()));
  text += "\n" + NotWell(facts);
  if (facts.operation) text += OperationLines(terminal, *facts.operation, now);
  const bool told = facts.operation && facts.operation->has_failure();
  if (!told && status.has_failure() && !status.failure().cause().empty())
    text += RenderError(terminal, ToError(status.failure()));
  return text + PlacementLines(status.placement(), facts.now);
}

}  // namespace edm::ctl
