#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/core/yaml/node.h"
#include "common/core/yaml/reader.h"

namespace edm::yaml {

// JSON that another program printed. Nodes have no position. Error: kInternal, object `name`.
Result<Node> ReadJson(std::string_view text, std::string_view name, const Limits& limits = {});

// JSON that YAML readers take for the same document: characters that YAML folds or refuses are escaped, a
// value stands on one line with its key. Ends with a newline.
std::string WriteJson(const Node& node);

}  // namespace edm::yaml
