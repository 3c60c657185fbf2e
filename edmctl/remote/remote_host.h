#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::ctl {

// A machine on which programs are run from here. One thread. Errors: kUnavailable (the way there broke),
// kInvalidArgument (a word that is refused, see words.h).
class RemoteHost {
 public:
  static constexpr Millis kQuickly{30'000};
  static constexpr Millis kPatiently{900'000};  // packages on their way

  struct Outcome {
    int code = 0;
    std::string out;                  // standard output, 1 MiB at most
    std::vector<std::string> errors;  // the last lines of standard error
  };

  virtual ~RemoteHost() = default;
  // Whatever the program's exit code is; the words are one program and its operands.
  virtual Result<Outcome> Run(const std::vector<std::string>& words, std::string_view input = {},
                              Millis deadline = kQuickly) = 0;
  virtual const std::string& name() const = 0;  // for people
};

}  // namespace edm::ctl
