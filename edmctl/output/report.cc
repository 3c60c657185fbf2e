#include "edmctl/output/report.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace edm::ctl {
namespace {

constexpr std::size_t kEvidenceLines = 50;

// "shop/web not healthy in 60 s", "port 8080 is taken": such a cause makes a sentence with its object. Others
// stand behind a colon.
std::string Sentence(const Error& error) {
  static constexpr std::array<std::string_view, 12> kPredicates = {
      "not", "is", "are", "was", "has", "holds", "does", "did", "cannot", "ended", "wants", "needs"};
  if (error.object.empty()) return error.cause;
  if (error.cause.empty()) return error.object;
  const auto word = std::string_view(error.cause).substr(0, error.cause.find(' '));
  const bool predicate = std::ranges::count(kPredicates, word) > 0;
  return error.object + (predicate ? " " : ": ") + error.cause;
}

// The master's texts hold no other character that is not ASCII.
std::string WithoutEllipsis(const Terminal& terminal, std::string text) {
  constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  if (terminal.unicode) return text;
  for (auto at = text.find(kEllipsis); at != std::string::npos; at = text.find(kEllipsis, at)) {
    text.replace(at, kEllipsis.size(), "...");
  }
  return text;
}

std::string Labelled(const Terminal& terminal, const std::string& label, const std::string& text) {
  const auto padded = label + std::string(label.size() < 7 ? 7 - label.size() : 1, ' ');
  return "  " + Toned(terminal, Tone::kFaint, padded) + WithoutEllipsis(terminal, Harmless(text)) + "\n";
}

}  // namespace

std::string RenderError(const Terminal& terminal, const Error& error, const std::string& now) {
  auto first = Sentence(error);
  if (first.empty()) first = CodeName(error.code);
  auto text = Toned(terminal, Tone::kBad, "error:") + " " + Harmless(first) + "\n";
  const auto shown = std::min(error.evidence.size(), kEvidenceLines);
  for (std::size_t i = 0; i < shown; ++i) {
    text += Labelled(terminal, i == 0 ? "seen" : "", error.evidence[i]);
  }
  if (!now.empty()) text += Labelled(terminal, "now", now);
  if (!error.hint.empty()) text += Labelled(terminal, "next", error.hint);
  return text;
}

std::string RenderWarning(const Terminal& terminal, const std::string& text) {
  return Toned(terminal, Tone::kWarning, "warning:") + " " + Harmless(text) + "\n";
}

int ExitCodeOf(const Error& error) {
  switch (error.code) {
    case Code::kOk:
      return kExitDone;
    case Code::kInvalidArgument:
      return kExitUsage;
    case Code::kNotFound:
      return 3;
    case Code::kPermissionDenied:
    case Code::kUnauthenticated:
      return 4;
    case Code::kUnavailable:
      return error.object.starts_with(kMasterObject) ? 5 : kExitFailed;
    case Code::kDeadlineExceeded:
      return kExitTimedOut;
    case Code::kCancelled:
      return kExitCancelled;
    case Code::kAlreadyExists:
    case Code::kAborted:
      return 8;
    default:
      return kExitFailed;
  }
}

}  // namespace edm::ctl
