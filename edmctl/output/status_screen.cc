#include "edmctl/output/status_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kIndent = 4;

const char* WordOf(Problem::Severity severity) {
  switch (severity) {
    case Problem::Severity::kBroken:
      return "broken";
    case Problem::Severity::kDegraded:
      return "degraded";
    case Problem::Severity::kSoon:
      return "soon";
  }
  return "broken";
}

Tone ToneOf(Problem::Severity severity) {
  return severity == Problem::Severity::kBroken ? Tone::kBad : Tone::kWarning;
}

// "2 ready, 1 lost": the most first.
template <class Items, class Word>
std::string Sums(const Items& items, Word word) {
  std::map<std::string, std::size_t> counts;
  for (const auto& one : items) ++counts[word(one)];
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> parts;
  for (const auto& [name, count] : sorted) parts.push_back(fmt::format("{} {}", count, name));
  return parts.empty() ? "none" : Join(parts, ", ");
}

std::string WorkerWord(const v1::Worker& worker) { return Folded(v1::Worker::State_Name(worker.state())); }
std::string InstanceWord(const v1::Instance& instance) {
  if (instance.status().phase() != v1::Phase::RUNNING) return StateOf(instance);
  return Folded(v1::Health::Value_Name(instance.status().health()));
}

std::string Headline(const Terminal& terminal, const std::vector<Problem>& problems) {
  const auto& symbols = SymbolsFor(terminal);
  if (problems.empty())
    return Toned(terminal, Tone::kGood, std::string(symbols.done) + " the cluster is well") + "\n";
  const auto broken = std::ranges::count(problems, Problem::Severity::kBroken, &Problem::severity);
  const auto worst = problems.front().severity;
  const auto text = broken > 0 ? fmt::format("{} the cluster is not well: {} of {} can be felt now",
                                             symbols.failed, broken, Counted(problems.size(), "problem"))
                               : fmt::format("{} the cluster works, with {}", symbols.failed,
                                             Counted(problems.size(), "problem"));
  return Toned(terminal, ToneOf(worst), text) + "\n";
}

std::string Cut(const Terminal& terminal, const std::string& text, std::size_t indent) {
  const auto shown = Harmless(text);
  return terminal.live
             ? Fitted(terminal, shown, std::max<std::size_t>(terminal.columns, indent + 20) - indent)
             : shown;
}

std::string Lines(const Terminal& terminal, const Problem& problem) {
  const auto head = fmt::format("{:<8}  ", WordOf(problem.severity));
  return "  " + Toned(terminal, ToneOf(problem.severity), head) +
         Cut(terminal, problem.object + ": " + problem.cause, head.size() + 2) + "\n" +
         std::string(kIndent, ' ') + Toned(terminal, Tone::kFaint, "next  ") +
         Cut(terminal, problem.next, kIndent + 6) + "\n";
}

}  // namespace

std::string RenderStatus(const Terminal& terminal, const Look& look, const std::vector<Problem>& problems) {
  auto text = Headline(terminal, problems);
  for (std::size_t i = 0; i < std::min(problems.size(), kProblemsShown); ++i)
    text += Lines(terminal, problems[i]);
  if (problems.size() > kProblemsShown)
    text +=
        fmt::format("  and {} more: edmctl status --json has them all\n", problems.size() - kProblemsShown);
  const auto& master = look.master;
  return text +
         RenderFields(
             terminal,
             {{"master",
               fmt::format("edm {}, {}, {} operations open", master.version(), master.store(),
                           fmt::format("{} of {}", master.operations_open(), master.operations_open_max()))},
              {"workers", Sums(look.workers, WorkerWord)},
              {"instances", Sums(look.instances, InstanceWord)}});
}

std::string StatusJson(const Look& look, const std::vector<Problem>& problems) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : problems) {
    list.push_back({{"severity", WordOf(one.severity)},
                    {"object", ToUtf8(one.object)},
                    {"cause", ToUtf8(one.cause)},
                    {"next", ToUtf8(one.next)}});
  }
  return nlohmann::ordered_json{{"well", problems.empty()},         {"problems", std::move(list)},
                                {"version", look.master.version()}, {"epoch", look.master.epoch()},
                                {"workers", look.workers.size()},   {"instances", look.instances.size()}}
      .dump();
}

}  // namespace edm::ctl
