#pragma once

#include <string>
#include <string_view>

namespace edm::ctl {

// A valid instance id from a folder's name or the last part of a git URL: "My Shop.git" -> "my-shop". "" when
// nothing of it can be used.
std::string InstanceNameFrom(std::string_view name);

// https, http, ssh or git URLs, and git@host:path: not a folder.
bool LooksLikeGitUrl(std::string_view target);

}  // namespace edm::ctl
