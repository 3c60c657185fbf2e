#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edmctl/source/scan.h"

namespace edm::ctl {

struct Need {
  std::string path;   // relative to the folder
  std::string where;  // "services.web.env_file"
};

// The files and folders of its own that a compose file refers to: env_file, build contexts and Dockerfiles,
// binds, configs and secrets. What cannot be read as YAML has none: the policy says what is wrong with it.
std::vector<Need> NeedsOfCompose(std::string_view text);

// A sentence for each that the folder has and the scan leaves out.
std::vector<std::string> IgnoredNeeds(const std::string& folder, const Scan& scan);

}  // namespace edm::ctl
