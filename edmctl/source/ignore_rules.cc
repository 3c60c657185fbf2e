#include "edmctl/source/ignore_rules.h"

#include "common/base/text.h"

namespace edm::ctl {
namespace {

struct SetMatch {
  bool closed = false;
  bool matches = false;
  std::size_t size = 0;  // of the whole [...]
};

SetMatch MatchSet(std::string_view pattern, char c) {
  SetMatch result;
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  result.closed = at < pattern.size();
  result.size = at + 1;
  result.matches = found != negated && c != '/';
  return result;
}

bool MatchFrom(std::string_view pattern, std::string_view path, std::size_t& budget);

// pattern begins with "**": over any number of whole folders, or to the end.
bool MatchDeep(std::string_view pattern, std::string_view path, std::size_t& budget) {
  auto rest = pattern.substr(2);
  if (rest.empty()) return true;
  if (rest[0] != '/')
    return MatchFrom(rest, path, budget) || (!path.empty() && MatchFrom(pattern, path.substr(1), budget));
  rest.remove_prefix(1);
  for (;;) {
    if (MatchFrom(rest, path, budget)) return true;
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

bool MatchStar(std::string_view pattern, std::string_view path, std::size_t& budget) {
  const auto rest = pattern.substr(1);
  for (;;) {
    if (MatchFrom(rest, path, budget)) return true;
    if (path.empty() || path[0] == '/') return false;
    path.remove_prefix(1);
  }
}

bool MatchFrom(std::string_view pattern, std::string_view path, std::size_t& budget) {
  while (!pattern.empty()) {
    if (budget == 0) return false;
    --budget;
    if (pattern.starts_with("**")) return MatchDeep(pattern, path, budget);
    if (pattern[0] == '*') return MatchStar(pattern, path, budget);
    if (path.empty()) return false;
    if (pattern[0] == '[') {
      const auto set = MatchSet(pattern, path[0]);
      if (set.closed) {
        if (!set.matches) return false;
        pattern.remove_prefix(set.size);
        path.remove_prefix(1);
        continue;
      }
    }
    if (pattern[0] == '?') {
      if (path[0] == '/') return false;
    } else {
      if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern[0] != path[0]) return false;
    }
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

std::string_view WithoutTrailingBlanks(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    if (line.size() > 1 && line[line.size() - 2] == '\\') break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

bool GlobMatches(std::string_view pattern, std::string_view path) {
  // Steps: a pattern of many stars could take exponentially long; one that needs more does not match.
  std::size_t budget = 100'000;
  return MatchFrom(pattern, path, budget);
}

void IgnoreRules::AddGit(const std::string& base, std::string_view text) {
  for (const auto& raw : Split(text, '\n')) {
    auto line = WithoutTrailingBlanks(raw);
    if (line.empty() || line[0] == '#') continue;
    Rule rule;
    rule.base = base;
    if (line[0] == '!') {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    rule.pattern = line;
    rules_.push_back(std::move(rule));
  }
}

void IgnoreRules::AddDocker(std::string_view text) {
  for (const auto& raw : Split(text, '\n')) {
    auto line = Trim(raw);
    if (line.empty() || line[0] == '#') continue;
    Rule rule;
    rule.anchored = true;
    if (line[0] == '!') {
      rule.negated = true;
      line = Trim(line.substr(1));
    }
    while (line.starts_with('/') || line.starts_with("./")) line.remove_prefix(line[0] == '/' ? 1 : 2);
    while (line.ends_with('/')) line.remove_suffix(1);
    if (line.empty() || line == ".") continue;
    docker_exceptions_ = docker_exceptions_ || rule.negated;
    rule.pattern = line;
    // Docker negates a set by ^ alone.
    for (auto at = rule.pattern.find("[!"); at != std::string::npos; at = rule.pattern.find("[!", at + 1)) {
      rule.pattern.insert(at + 1, "\\");
    }
    rules_.push_back(std::move(rule));
  }
}

IgnoreRules::Verdict IgnoreRules::VerdictOn(const std::string& path, bool is_folder) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && !is_folder) continue;
    std::string_view below = path;
    if (!rule->base.empty()) {
      if (!below.starts_with(rule->base + "/")) continue;
      below.remove_prefix(rule->base.size() + 1);
    }
    if (!rule->anchored) below.remove_prefix(below.rfind('/') + 1);  // npos + 1 is 0
    if (GlobMatches(rule->pattern, below)) return rule->negated ? Verdict::kTakenBack : Verdict::kIgnored;
  }
  return Verdict::kNone;
}

bool IgnoreRules::Ignores(const std::string& path, bool is_folder) const {
  return VerdictOn(path, is_folder) == Verdict::kIgnored;
}

bool IgnoreRules::TakesBack(const std::string& path) const {
  for (auto end = path.size(); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
    const auto verdict = VerdictOn(path.substr(0, end), end != path.size());
    if (verdict != Verdict::kNone) return verdict == Verdict::kTakenBack;
  }
  return false;
}

}  // namespace edm::ctl
