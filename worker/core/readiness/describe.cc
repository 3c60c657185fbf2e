#include "worker/core/readiness/describe.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr int kNotExecutable = 126;
constexpr int kCommandNotFound = 127;
constexpr int kSignalBase = 128;
constexpr int kSigKill = 9;

std::string And(const std::vector<std::string>& words) {
  if (words.size() < 2) return Join(words, "");
  const std::vector<std::string> first(words.begin(), words.end() - 1);
  return Join(first, ", ") + " and " + words.back();
}

}  // namespace

std::string DescribeExit(const ContainerFacts& facts) {
  const int code = facts.exit_code;
  std::string text = "exited with " + std::to_string(code);
  if (facts.oom_killed) return text + ", out of memory";
  if (code == kNotExecutable) return text + " (the command cannot be executed)";
  if (code == kCommandNotFound) return text + " (command not found)";
  if (code == kSignalBase + kSigKill) return text + " (killed)";
  if (code > kSignalBase && code < kSignalBase + 65) {
    return text + " (signal " + std::to_string(code - kSignalBase) + ")";
  }
  return text;
}

std::string DescribeListening(const std::vector<ListeningPort>& listening) {
  std::vector<std::string> open;
  std::vector<std::string> loopback;
  for (const auto& one : listening) {
    const std::string port = std::to_string(one.port);
    if (one.loopback_only) {
      loopback.push_back("127.0.0.1:" + port);
    } else {
      open.push_back(port);
    }
  }
  if (!open.empty()) return "it listens on " + And(open);
  if (!loopback.empty()) return "it listens on " + And(loopback) + " only, which nobody else can reach";
  return "";
}

std::string DescribeCheck(const CheckSeen& check) {
  return "check \"" + check.what + "\" " + check.outcome + ", " + Counted(check.tries, "time");
}

std::vector<std::string> Evidence(const ContainerSeen& seen) {
  std::vector<std::string> lines;
  if (const auto listening = DescribeListening(seen.listening); !listening.empty())
    lines.push_back(listening);
  for (const auto* check : {&seen.health, &seen.http}) {
    if (!check->has_value() || (*check)->passed) continue;
    lines.push_back(DescribeCheck(**check));
    for (const auto& line : Split(Trim((*check)->output), '\n')) {
      if (!Trim(line).empty()) lines.push_back("check | " + std::string(Trim(line)));
    }
  }
  if (seen.facts.restarts > 0) lines.push_back("restarted " + Counted(seen.facts.restarts, "time"));
  const std::size_t room = kEvidenceLinesMax - std::min(lines.size(), kEvidenceLinesMax - 1);
  const std::size_t count = std::min(room, seen.last_lines.size());
  for (auto line = seen.last_lines.end() - static_cast<std::ptrdiff_t>(count); line != seen.last_lines.end();
       ++line) {
    lines.push_back(seen.facts.service + " | " + *line);
  }
  if (lines.size() > kEvidenceLinesMax) lines.resize(kEvidenceLinesMax);
  return lines;
}

std::string HintForExit(const ContainerFacts& facts, const std::string& service) {
  if (facts.oom_killed) return "raise its memory limit (mem_limit), or make it need less";
  if (facts.exit_code == 0) {
    return "if " + service +
           " is meant to end, list it under oneshot: in edm.yaml; else keep its program in the "
           "foreground";
  }
  if (facts.exit_code == kNotExecutable || facts.exit_code == kCommandNotFound) {
    return "see that the image holds the program named by command or entrypoint";
  }
  return "see its last lines; edmctl logs shows all of them";
}

}  // namespace edm::worker
