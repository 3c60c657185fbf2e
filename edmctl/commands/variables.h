#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "edmctl/client/paths.h"

namespace edm::ctl {

using Environment = std::map<std::string, std::string>;

// KEY=VALUE lines as compose reads an env_file: comments, `export `, quotes around values. `name` is for
// errors, which give the line and never a value.
Result<Environment> ParseEnvironmentFile(const std::string& name, std::string_view text);

// The files in order, then -e in order; later ones win. `-e KEY` alone takes the value from `ours`.
Result<Environment> GatherEnvironment(const std::vector<std::string>& files,
                                      const std::vector<std::string>& given, const Variables& ours);

}  // namespace edm::ctl
