#include "edmctl/output/report.h"

#include <algorithm>

namespace edm::ctl {
namespace {

constexpr std::size_t kEvidenceLines = 50;

std::string Labelled(const Terminal& terminal, const std::string& label, const std::string& text) {
  const auto padded = label + std::string(label.size() < 7 ? 7 - label.size() : 1, ' ');
  return "  " + Toned(terminal, Tone::kFaint, padded) + Harmless(text) + "\n";
}

}  // namespace

std::string RenderError(const Terminal& terminal, const Error& error, const std::string& now) {
  auto first = error.object;
  if (!first.empty() && !error.cause.empty()) first += ": ";
  first += error.cause;
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
