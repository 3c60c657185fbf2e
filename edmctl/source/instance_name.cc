#include "edmctl/source/instance_name.h"

#include <algorithm>
#include <cctype>

#include "common/base/text.h"

namespace edm::ctl {
namespace {
constexpr std::size_t kLongest = 63;  // names.h CheckInstanceId
}

std::string InstanceNameFrom(std::string_view name) {
  while (name.ends_with('/')) name.remove_suffix(1);
  name.remove_prefix(name.find_last_of("/:") + 1);  // npos + 1 is 0
  if (name.ends_with(".git")) name.remove_suffix(4);
  std::string id;
  for (const char c : Folded(name)) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (good) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
    if (id.size() == kLongest) break;
  }
  while (id.ends_with('-')) id.pop_back();
  return id;
}

bool LooksLikeGitUrl(std::string_view target) {
  if (target.starts_with("git@")) return true;
  const auto scheme = target.substr(0, target.find(':'));
  const auto rest = target.substr(scheme.size());
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-';
  };
  return !scheme.empty() && std::ranges::all_of(scheme, fits) &&
         (rest.starts_with("://") || rest.starts_with("::"));
}

}  // namespace edm::ctl
