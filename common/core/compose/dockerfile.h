#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::compose {

struct Instruction {
  std::string name;  // "FROM", upper case
  std::string rest;  // on one line, continuations joined
  int line = 0;
};

// A Dockerfile as far as the policy must understand it.
struct Dockerfile {
  static constexpr std::size_t kBytesMax = 256U << 10;

  using Arguments = std::map<std::string, std::string>;

  static std::vector<Instruction> Instructions(std::string_view text);

  // What may not be built: foreign frontends ("# syntax="), images of other instances, builds that share the
  // machine's network or drop their confinement. Objects are "<file>:<line>".
  static std::vector<Error> Judge(std::string_view text, std::string_view file, const Arguments& arguments);

  // The images that it takes something from (FROM, COPY --from, RUN --mount), as named once variables are
  // filled in; scratch and its own stages are none. Absent when it adds what a URL names: that may change
  // unseen.
  static std::optional<std::set<std::string>> Images(std::string_view text, const Arguments& arguments);

  // The ports of EXPOSE in the last stage, as written there once variables are filled in; what is no port is
  // left out.
  static std::vector<std::string> ExposedPorts(std::string_view text, const Arguments& arguments);
};

}  // namespace edm::compose
