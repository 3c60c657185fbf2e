#include "edmctl/commands/command.h"

#include "common/base/text.h"

namespace edm::ctl {

std::string Option::Key() const {
  const auto longest = Split(names, ',').back();
  return longest.substr(longest.find_first_not_of('-'));
}

const std::vector<Option>& GlobalOptions() {
  static const std::vector<Option> kGlobal = {
      {"--context", "NAME", "talk with this context's master"},
      {"--master", "HOST:PORT", "talk with this master"},
      {"--token-file", "FILE", "the token stands in this file"},
      {"--json", "", "the same JSON as REST, one object a line for streams"},
      {"-q,--quiet", "", "only results and errors"},
      {"--no-color", "", "no colours (NO_COLOR does the same)"},
      {"-h,--help", "", "this text, with examples"},
  };
  return kGlobal;
}

}  // namespace edm::ctl
