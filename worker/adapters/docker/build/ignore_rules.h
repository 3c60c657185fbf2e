#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

// The rules of a .dockerignore, as Docker documents them: Go's filepath.Match plus "**", relative to the
// context's root wherever they stand, '!' takes back, the last rule that matches decides, and what is said of
// a folder holds for all in it. Pure.
class IgnoreRules {
 public:
  static constexpr std::size_t kRulesMax = 10'000;

  IgnoreRules() = default;
  // kInvalidArgument: a rule that is no pattern, with its line; kResourceExhausted: too many.
  static Result<IgnoreRules> Parse(std::string_view text);

  // `path` is relative, with '/' between its parts.
  bool Ignores(std::string_view path) const;
  // Whether something below an ignored folder may still be wanted.
  bool has_exceptions() const { return has_exceptions_; }

 private:
  struct Rule {
    std::vector<std::string> parts;  // "**" stands alone
    bool takes_back = false;
  };
  std::vector<Rule> rules_;
  bool has_exceptions_ = false;
};

}  // namespace edm::worker
