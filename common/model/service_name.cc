#include "common/model/service_name.h"

#include "common/model/names.h"

namespace edm {

bool IsServiceName(std::string_view name) {
  constexpr std::size_t kNameMax = 63;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kNameMax || !letter(name.front()) || !letter(name.back())) return false;
  for (std::size_t i = 1; i < name.size(); ++i) {
    const auto c = name[i];
    if (!letter(c) && c != '-' && c != '_' && c != '.') return false;
    if ((c == '.' || c == '_') && !letter(name[i - 1])) return false;
    if (c == '-' && (name[i - 1] == '.' || name[i - 1] == '_')) return false;
  }
  return true;
}

Status CheckServiceName(std::string_view name) {
  if (IsServiceName(name)) return Ok();
  return Error{Code::kInvalidArgument,
               "service '" + Shown(name) + "'",
               "is not a name that a service can have",
               {},
               "use lower case letters and digits, joined by '-', '_' or '.', at most 63"};
}

}  // namespace edm
