#include "worker/adapters/docker/build/ignore_rules.h"

#include <span>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::worker {
namespace {

using Parts = std::span<const std::string>;

// "a//b/./c/../d" -> a, b, d, as Go's filepath.Clean; ".." at the start leads nowhere and is dropped.
std::vector<std::string> CleanParts(std::string_view path) {
  std::vector<std::string> parts;
  for (auto& part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
      continue;
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

// After '[': whether `c` is in the class, and where the class ends. Npos when it never does.
std::size_t ClassEnd(std::string_view pattern, std::size_t at, char c, bool& matched) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  matched = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    const auto literal = [&]() -> char {
      if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
      return pattern[at++];
    };
    const char low = literal();
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      high = literal();
    }
    matched = matched || (low <= c && c <= high);
  }
  if (at >= pattern.size()) return std::string_view::npos;
  if (negated) matched = !matched;
  return at + 1;
}

// One part of a path against one part of a pattern; "**" inside a part is as "*".
bool PartMatches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    if (p < pattern.size() && t < text.size()) {
      bool matched = false;
      std::size_t next = p + 1;
      if (pattern[p] == '?') {
        matched = true;
      } else if (pattern[p] == '[') {
        next = ClassEnd(pattern, p + 1, text[t], matched);
      } else {
        if (pattern[p] == '\\' && p + 1 < pattern.size()) next = ++p + 1;
        matched = pattern[p] == text[t];
      }
      if (matched) {
        p = next;
        ++t;
        continue;
      }
    }
    if (star == std::string_view::npos || star_text >= text.size()) return false;
    p = star + 1;
    t = ++star_text;
  }
  return true;
}

bool Matches(Parts pattern, Parts path) {
  if (pattern.empty()) return path.empty();
  if (pattern[0] == "**") {
    if (pattern.size() == 1) return !path.empty();
    for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
      if (Matches(pattern.subspan(1), path.subspan(skipped))) return true;
    }
    return false;
  }
  return !path.empty() && PartMatches(pattern[0], path[0]) && Matches(pattern.subspan(1), path.subspan(1));
}

// A rule for a folder holds for what lies in it.
bool MatchesOrParentMatches(Parts pattern, Parts path) {
  for (std::size_t length = path.size(); length > 0; --length) {
    if (Matches(pattern, path.first(length))) return true;
  }
  return false;
}

bool IsPattern(std::string_view part) {
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == '\\' && ++at == part.size()) return false;
    if (at < part.size() && part[at] == '[') {
      bool matched = false;
      const auto end = ClassEnd(part, at + 1, 'a', matched);
      if (end == std::string_view::npos) return false;
      at = end - 1;
    }
  }
  return true;
}

// Several "**" in a row say no more than one, and would be slow to match.
void AddPart(std::vector<std::string>& parts, std::string part) {
  if (part == "**" && !parts.empty() && parts.back() == "**") return;
  parts.push_back(std::move(part));
}

}  // namespace

Result<IgnoreRules> IgnoreRules::Parse(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  IgnoreRules rules;
  std::size_t number = 0;
  for (const auto& line : Split(text, '\n')) {
    ++number;
    if (line.starts_with('#')) continue;
    std::string_view pattern = Trim(line);
    Rule rule;
    if (pattern.starts_with('!')) {
      rule.takes_back = true;
      pattern = Trim(pattern.substr(1));
    }
    for (auto& part : CleanParts(pattern)) {
      if (!IsPattern(part)) {
        return Error{Code::kInvalidArgument,
                     ".dockerignore:" + std::to_string(number),
                     Shown(pattern) + " is not a pattern",
                     {},
                     "close its bracket, or write \\[ for the character"};
      }
      AddPart(rule.parts, std::move(part));
    }
    if (rule.parts.empty()) continue;
    if (rules.rules_.size() == kRulesMax) {
      return Error{Code::kResourceExhausted,
                   ".dockerignore",
                   "more than " + std::to_string(kRulesMax) + " rules",
                   {},
                   "ignore whole folders instead"};
    }
    rules.has_exceptions_ = rules.has_exceptions_ || rule.takes_back;
    rules.rules_.push_back(std::move(rule));
  }
  return rules;
}

bool IgnoreRules::Ignores(std::string_view path) const {
  const auto parts = CleanParts(path);
  bool ignored = false;
  for (const auto& rule : rules_) {
    if (rule.takes_back != ignored) continue;  // it could change nothing
    if (MatchesOrParentMatches(rule.parts, parts)) ignored = !rule.takes_back;
  }
  return ignored;
}

}  // namespace edm::worker
