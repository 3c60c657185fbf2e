#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edm::ctl {

// Patterns that decide which files of a folder stay out. The last one that matches decides.
// Paths are relative to the folder, with '/' between, never starting with one.
class IgnoreRules {
 public:
  // One .gitignore; `base` is its folder ("" for the top), to which its patterns are relative. Later files
  // win, so deeper ones are added after those above.
  void AddGit(const std::string& base, std::string_view text);
  // The .dockerignore at the top.
  void AddDocker(std::string_view text);

  // Whether this very entry is matched; the caller asks about the folders above first.
  bool Ignores(const std::string& path, bool is_folder) const;
  // Below an ignored folder: whether a `!` pattern names the entry or a folder above it, and none ignores it
  // after.
  bool TakesBack(const std::string& path) const;
  // Whether something inside an ignored folder may be taken back (`!` patterns): only .dockerignore can.
  bool MayTakeBackInside() const { return docker_exceptions_; }

 private:
  enum class Verdict { kNone, kIgnored, kTakenBack };

  struct Rule {
    std::string pattern;  // without '!', and without '/' at its ends
    std::string base;
    bool negated = false;
    bool folders_only = false;
    bool anchored = false;  // relative to `base`, else to any folder below it
  };
  Verdict VerdictOn(const std::string& path, bool is_folder) const;

  std::vector<Rule> rules_;
  bool docker_exceptions_ = false;
};

// '*' and '?' stop at '/', "**" between slashes does not, [a-z] and [!a] are sets, '\' quotes.
bool GlobMatches(std::string_view pattern, std::string_view path);

}  // namespace edm::ctl
