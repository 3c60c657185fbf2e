#include "common/model/reason.h"

namespace edm {

std::string Said(const Reason& reason) { return reason.say == nullptr ? reason.about : reason.say(reason); }

std::string Said(std::span<const Reason> reasons, std::string_view separator) {
  std::string text;
  for (const auto& one : reasons) {
    if (&one != reasons.data()) text += separator;
    text += Said(one);
  }
  return text;
}

}  // namespace edm
