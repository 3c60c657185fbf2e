#pragma once

#include <string>
#include <string_view>

namespace edm::ctl {

// A valid instance id from a folder's name or the last part of a git URL: "My Shop.git" -> "my-shop". "" when
// nothing of it can be used.
std::string InstanceNameFrom(std::string_view name);

// URLs of any scheme, "helper::address" and git@host:path: not a folder. Which of them may be fetched from is
// for CheckGitUrl to say.
bool LooksLikeGitUrl(std::string_view target);

}  // namespace edm::ctl
