#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "edmctl/output/progress.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kLineColumns = 67;  // times end here, so that a line fits 80 columns with room
constexpr std::size_t kNameColumns = 9;   // the longest step name and a space
constexpr std::size_t kBarColumns = 30;

std::string SignOf(const Terminal& terminal, v1::Step::State state) {
  const auto& symbols = SymbolsFor(terminal);
  switch (state) {
    case v1::Step::DONE:
      return Toned(terminal, Tone::kGood, symbols.done);
    case v1::Step::FAILED:
      return Toned(terminal, Tone::kBad, symbols.failed);
    case v1::Step::SKIPPED:
      return "-";
    default:
      return symbols.running;
  }
}

std::string TimeOf(const v1::Step& step, WallTime now) {
  if (!step.has_started_at()) return {};
  if (step.has_ended_at()) return FormatDuration(Between(step.started_at(), step.ended_at()));
  return FormatDuration(std::max(Millis(0), now - ToWallTime(step.started_at())));
}

// What a successful end is called, by what was asked for and how far it went.
std::string VerdictOf(const v1::Operation& operation) {
  switch (operation.kind()) {
    case v1::Operation::CREATE:
      return "created";
    case v1::Operation::SOURCE:
      return "stored";
    case v1::Operation::BUILD:
      return "built";
    case v1::Operation::STOP:
      return "stopped";
    case v1::Operation::DELETE:
      return "deleted";
    case v1::Operation::UPDATE:
      return "updated";
    default:
      break;
  }
  const auto started = std::ranges::any_of(operation.steps(), [](const auto& step) {
    return step.name() == "start" && step.state() == v1::Step::DONE;
  });
  if (started || !operation.endpoints().empty()) return "running";
  const auto built =
      std::ranges::any_of(operation.steps(), [](const auto& step) { return step.name() == "build"; });
  return built ? "built" : "done";
}

std::string NowOf(const v1::Operation& operation) {
  if (operation.restored_release() == 0) return {};
  const bool still = operation.still_serves();
  auto now = fmt::format("release {} {}", operation.restored_release(), still ? "still serves" : "restored");
  if (const auto url = FirstUrl(operation.endpoints()); !url.empty())
    now += (still ? " " : ", serving ") + url;
  return now;
}

Error ErrorOf(const v1::Operation& operation) {
  auto error = ToError(operation.failure());
  if (error.object.empty()) error.object = operation.instance();
  if (!error.cause.empty()) return error;
  if (operation.state() == v1::Operation::EXPIRED) error.cause = KindOf(operation) + " met its deadline";
  if (operation.state() == v1::Operation::CANCELLED) {
    error.cause = KindOf(operation) + " was cancelled";
    if (!operation.superseded_by().empty()) error.cause += " by the newer " + operation.superseded_by();
  }
  return error;
}

}  // namespace

std::string RenderStep(const Terminal& terminal, const v1::Step& step, WallTime now) {
  const auto time = TimeOf(step, now);
  auto name = Harmless(step.name());
  name += std::string(name.size() < kNameColumns ? kNameColumns - name.size() : 1, ' ');
  const auto before = 4 + name.size();
  const auto line_columns = std::min(kLineColumns, terminal.columns - 1);
  auto room = line_columns - std::min(line_columns, before + time.size() + 1);
  // What no terminal shows is read by programs, or later: nothing is cut off there.
  auto detail = terminal.live ? Fitted(terminal, step.detail(), room) : Harmless(step.detail());
  const auto width = before + Width(detail) + time.size();
  const auto gap = width < line_columns ? line_columns - width : 1;
  auto line = "  " + SignOf(terminal, step.state()) + " " + name + detail;
  if (!time.empty()) line += std::string(gap, ' ') + time;
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string RenderOutcome(const Terminal& terminal, const v1::Operation& operation) {
  if (operation.state() != v1::Operation::DONE) {
    return RenderError(terminal, ErrorOf(operation), NowOf(operation));
  }
  auto line = Toned(terminal, Tone::kGood, VerdictOf(operation));
  if (const auto url = FirstUrl(operation.endpoints()); !url.empty()) {
    line += "  " + Toned(terminal, Tone::kStrong, Harmless(url));
  }
  if (operation.release() > 0) line += fmt::format("  release {}", operation.release());
  if (operation.has_ended_at()) {
    line += "  " + FormatDuration(Between(operation.created_at(), operation.ended_at()));
  }
  return line + "\n";
}

std::string RenderBar(const Terminal& terminal, std::uint64_t done, std::uint64_t total) {
  const auto& symbols = SymbolsFor(terminal);
  const auto share = total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(share * kBarColumns);
  std::string bar = "  ";
  for (std::size_t i = 0; i < kBarColumns; ++i) bar += i < full ? symbols.bar_full : symbols.bar_empty;
  return bar + fmt::format("  {:3}%  {} of {}", static_cast<int>(share * 100),
                           FormatBytes(std::min(done, total)), FormatBytes(total));
}

}  // namespace edm::ctl
