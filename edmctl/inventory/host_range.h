#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

// The names that a pattern of Ansible stands for: "web[01:03].lan" is web01.lan, web02.lan, web03.lan;
// "[a:c]" and a step ("[1:9:2]") as well, and several in one name. At most `names_max`. Error:
// kInvalidArgument or kResourceExhausted with the cause and how to write it; no place.
Result<std::vector<std::string>> ExpandHosts(std::string_view pattern, std::size_t names_max);

}  // namespace edm::ctl
