#include "common/core/templates/render.h"

#include <algorithm>
#include <functional>
#include <set>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::templates {
namespace {

constexpr std::size_t kRenderedBytesMax = 4U << 20;
constexpr std::string_view kGenerated = "generated.";

using Lookup = std::function<Result<std::string>(std::string_view name)>;

std::string PlaceOf(std::string_view text, std::size_t offset, std::string_view file) {
  const auto before = text.substr(0, offset);
  const auto start = before.rfind('\n');
  const auto column = (start == std::string_view::npos ? offset : offset - start - 1) + 1;
  return std::string(file) + ":" + std::to_string(std::ranges::count(before, '\n') + 1) + ":" +
         std::to_string(column);
}

Result<std::string> Walk(std::string_view text, std::string_view file, const Lookup& value_of) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto open = text.find("{{", i);
    out.append(text.substr(i, open - i));
    if (open == std::string_view::npos) break;
    if (text.substr(open).starts_with("{{{{")) {
      out += "{{";
      i = open + 4;
      continue;
    }
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos ||
        text.substr(open, close - open).find('\n') != std::string_view::npos) {
      return Error{Code::kInvalidArgument,
                   PlaceOf(text, open, file),
                   "'{{' is not closed on its line",
                   {},
                   "close it with '}}', or write '{{{{' for two braces"};
    }
    auto value = value_of(Trim(text.substr(open + 2, close - open - 2)));
    if (!value.ok()) return About(value.error(), PlaceOf(text, open, file));
    out += *value;
    if (out.size() > kRenderedBytesMax) {
      return Error{Code::kResourceExhausted,
                   std::string(file),
                   "is larger than 4 MiB once rendered",
                   {},
                   "make it smaller"};
    }
    i = close + 2;
  }
  return out;
}

}  // namespace

Values InstanceValues(std::string_view instance, std::string_view owner, std::string_view project,
                      const std::vector<Endpoint>& endpoints) {
  Values values = {
      {"id", std::string(instance)}, {"owner", std::string(owner)}, {"project", std::string(project)}};
  for (const auto& endpoint : endpoints) {
    const auto suffix = endpoint.service + "." + std::to_string(endpoint.container_port);
    values["address." + suffix] = endpoint.address + ":" + std::to_string(endpoint.port);
    values["host_port." + suffix] = std::to_string(endpoint.port);
    values.try_emplace("host", endpoint.address);
    if (!endpoint.url.empty()) values.try_emplace("url", endpoint.url);
  }
  return values;
}

Result<std::string> Render(std::string_view text, std::string_view file, const Values& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return Walk(text, file, [&](std::string_view name) -> Result<std::string> {
    if (const auto found = values.find(std::string(name)); found != values.end()) return found->second;
    const auto nearest = Nearest(name, names);
    return Error{Code::kInvalidArgument,
                 "",
                 "nothing is named '" + Shown(name) + "'",
                 {},
                 nearest ? "did you mean '" + *nearest + "'?" : "known names: " + Join(names, ", ")};
  });
}

Result<std::vector<std::string>> GeneratedNames(std::string_view text, std::string_view file) {
  std::set<std::string> names;
  EDM_TRY(const auto rendered, Walk(text, file, [&](std::string_view name) -> Result<std::string> {
            if (!name.starts_with(kGenerated)) return std::string();
            const auto key = name.substr(kGenerated.size());
            if (auto fits = CheckVariable(key); !fits.ok()) return fits.error();
            names.emplace(key);
            return std::string();
          }));
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace edm::templates
