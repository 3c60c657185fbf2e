#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/model/endpoint.h"

namespace edm::templates {

// "owner", "address.web.2000", "generated.db_password" -> value.
using Values = std::map<std::string, std::string>;

// What `{{ name }}` may say: owner, project, id, host, url, address.<service>.<port> ("10.0.0.12:30081"),
// host_port.<service>.<port>.
Values InstanceValues(std::string_view instance, std::string_view owner, std::string_view project,
                      const std::vector<Endpoint>& endpoints);

// Replaces each `{{ name }}`; `{{{{` stands for two braces. Errors: object "<file>:<line>:<column>", the
// nearest known name as hint.
Result<std::string> Render(std::string_view text, std::string_view file, const Values& values);

// The names after "generated." that the text asks for, so that values can be made and sealed before
// rendering.
Result<std::vector<std::string>> GeneratedNames(std::string_view text, std::string_view file);

}  // namespace edm::templates
