#include "edmctl/client/paths.h"

namespace edm::ctl {
namespace {

std::string BaseFolder(const Variables& variables, const std::string& name, const std::string& otherwise) {
  const auto given = variables(name);
  return given.starts_with('/') ? given : otherwise;
}

}  // namespace

Paths Paths::From(const Variables& variables, bool root) {
  Paths paths;
  paths.home = variables("HOME");
  if (paths.home.empty()) paths.home = "/";
  const auto config = BaseFolder(variables, "XDG_CONFIG_HOME", paths.home + "/.config");
  const auto state = BaseFolder(variables, "XDG_STATE_HOME", paths.home + "/.local/state");
  const auto data = BaseFolder(variables, "XDG_DATA_HOME", paths.home + "/.local/share");
  paths.contexts = config + "/edm/contexts.yaml";
  paths.folders = state + "/edm/folders.json";
  paths.dev_data = root ? "/var/lib/edm" : data + "/edm";
  paths.dev_state = paths.dev_data + "/dev";
  return paths;
}

}  // namespace edm::ctl
