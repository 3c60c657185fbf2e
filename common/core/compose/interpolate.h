#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

using Variables = std::map<std::string, std::string>;

// Called once for each use of a variable that has no value and no default: it counts as empty, as in compose.
using UnsetSink = std::function<void(std::string_view name)>;

// $NAME ${NAME} ${NAME:-x} ${NAME-x} ${NAME:?x} ${NAME?x} ${NAME:+x} ${NAME+x} and $$, nested at most 8 deep.
// Values come from `variables` only. Errors: kInvalidArgument with cause and hint, no object.
Result<std::string> Interpolate(std::string_view text, const Variables& variables, const UnsetSink& on_unset);

// So that compose's own interpolation gives each text back: it would take "$x" for a variable. Keys stay as
// they are, only values are ever interpolated.
void DoubleDollars(yaml::Node& node);

// NAME=value lines as compose reads them: comments, "export", single quotes (literal), double quotes
// (escapes, variables), the rest up to " #". `variables` are seen by the values, as are earlier lines. No
// NAME alone. Errors: object "<name>:<line>".
Result<Variables> ReadDotenv(std::string_view text, std::string_view name, const Variables& variables);

}  // namespace edm::compose
