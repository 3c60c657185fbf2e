#include "edmctl/client/paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace edm::ctl {
namespace {

std::string BaseFolder(const Variables& variables, const std::string& name, const std::string& otherwise) {
  const auto given = variables(name);
  return given.starts_with('/') ? given : otherwise;
}

// Null unless we run under sudo for another user.
const passwd* CallerOfSudo(const Variables& variables) {
  const auto text = variables("SUDO_UID");
  const auto uid = static_cast<uid_t>(std::strtoul(text.c_str(), nullptr, 10));
  return text.empty() || uid == 0 ? nullptr : getpwuid(uid);
}

}  // namespace

Paths Paths::From(const Variables& variables, bool root) {
  Paths paths;
  paths.home = variables("HOME");
  const auto* caller = root ? CallerOfSudo(variables) : nullptr;
  if (caller != nullptr) {
    paths.home = caller->pw_dir;
    paths.owner = Owner{caller->pw_uid, caller->pw_gid};
  }
  // cron, `docker exec` and `env -i` give no HOME.
  const auto* own = paths.home.empty() ? getpwuid(geteuid()) : nullptr;
  if (own != nullptr) paths.home = own->pw_dir;
  if (paths.home.empty()) paths.home = "/";
  const Variables of_caller =
      caller == nullptr ? variables : [](const std::string&) { return std::string(); };
  const auto config = BaseFolder(of_caller, "XDG_CONFIG_HOME", paths.home + "/.config");
  const auto state = BaseFolder(of_caller, "XDG_STATE_HOME", paths.home + "/.local/state");
  const auto data = BaseFolder(of_caller, "XDG_DATA_HOME", paths.home + "/.local/share");
  paths.contexts = config + "/edm/contexts.yaml";
  paths.folders = state + "/edm/folders.json";
  paths.dev_token = config + "/edm/dev.token";
  paths.dev_data = BaseFolder(variables, "EDM_DEV_HOME", root ? kDevDataOfRoot : data + "/edm");
  paths.dev_state = paths.dev_data + "/dev";
  return paths;
}

}  // namespace edm::ctl
