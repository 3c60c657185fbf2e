#include "edmctl/commands/variables.h"

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/commands/arguments.h"
#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

std::string Unquoted(std::string_view value) {
  value = Trim(value);
  if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
    return std::string(value.substr(1, value.size() - 2));
  }
  if (const auto comment = value.find(" #"); comment != std::string_view::npos)
    value = Trim(value.substr(0, comment));
  return std::string(value);
}

Status Add(Environment& environment, const std::string& given, const Variables& ours) {
  const auto equals = given.find('=');
  const auto key = given.substr(0, equals);
  if (const auto checked = CheckVariable(key); !checked.ok()) {
    return UsageError("-e wants KEY=VALUE, and '" + Shown(key) + "' is no name of a variable",
                      "edmctl deploy -e PORT=8000");
  }
  if (equals != std::string::npos) {
    environment[key] = given.substr(equals + 1);
    return Ok();
  }
  const auto value = ours(key);
  if (value.empty())
    return UsageError("-e " + key + ": it is not set here", "give a value: -e " + key + "=VALUE");
  environment[key] = value;
  return Ok();
}

}  // namespace

Result<Environment> ParseEnvironmentFile(const std::string& name, std::string_view text) {
  Environment environment;
  std::size_t number = 0;
  for (const auto& raw : Split(text, '\n')) {
    ++number;
    auto line = Trim(raw);
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const auto equals = line.find('=');
    const std::string key(Trim(line.substr(0, equals)));
    if (equals == std::string_view::npos || !CheckVariable(key).ok()) {
      return Error{Code::kInvalidArgument,
                   name + ":" + std::to_string(number),
                   "is no KEY=VALUE",
                   {},
                   "one variable a line, names of letters, digits and _"};
    }
    environment[key] = Unquoted(line.substr(equals + 1));
  }
  return environment;
}

Result<Environment> GatherEnvironment(const std::vector<std::string>& files,
                                      const std::vector<std::string>& given, const Variables& ours) {
  Environment all;
  for (const auto& file : files) {
    EDM_TRY(const auto text, ReadFile(file));
    EDM_TRY(auto some, ParseEnvironmentFile(file, text));
    for (auto& [key, value] : some) all[key] = std::move(value);
  }
  for (const auto& one : given) EDM_CHECK(Add(all, one, ours));
  return all;
}

}  // namespace edm::ctl
