#include "edmctl/source/instance_name.h"

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
  for (const auto* scheme : {"http://", "https://", "ssh://", "git://", "file://", "ext::", "git@"}) {
    if (target.starts_with(scheme)) return true;
  }
  return false;
}

}  // namespace edm::ctl
