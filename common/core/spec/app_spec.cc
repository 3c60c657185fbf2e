#include "common/core/spec/app_spec.h"

#include <algorithm>

#include "common/core/yaml/fields.h"
#include "common/core/yaml/reader.h"
#include "common/model/names.h"

namespace edm {
namespace {

constexpr yaml::Limits kSpecLimits{.bytes = 64U << 10, .nodes = 2'000, .depth = 8};
constexpr std::int64_t kPortMax = 65'535;
constexpr std::int64_t kReplicasMax = 100;
constexpr Millis kHealthTimeMax{3'600'000};

using yaml::Fields;
using yaml::Node;
using yaml::Problems;

// Inside the source: relative, without "..".
bool IsInside(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

std::string Required(Fields& fields, const Node& node, std::string_view path, std::string_view key,
                     Problems& problems) {
  auto value = fields.String(key);
  if (!value && !node.Find(key)) {
    problems.Add(node.at(), path, "has no '" + std::string(key) + "'", "add it");
  }
  return value.value_or("");
}

void CheckInside(const Node& map, Fields& fields, std::string_view key, const std::string& path) {
  if (path.empty() || IsInside(path)) return;
  fields.Wrong(*map.Find(key), key, "'" + Shown(path) + "' is not inside the source",
               "write a path from the source's root, without '..'");
}

void ReadRender(const Node& list, AppSpec& spec, Problems& problems) {
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const auto& item = list.items()[i];
    const auto path = yaml::PathOf("render", i);
    Fields fields(item, path, problems);
    RenderSpec render{Required(fields, item, path, "from", problems),
                      Required(fields, item, path, "to", problems), fields.Strings("services"), item.at()};
    CheckInside(item, fields, "from", render.from);
    const auto& to = render.to;
    if (!to.empty() && (!to.starts_with('/') || to == "/" || to.find(':') != std::string::npos)) {
      fields.Wrong(*item.Find("to"), "to", "'" + Shown(to) + "' is no path in a container",
                   "write an absolute path, as /etc/app.json");
    }
    fields.Finish();
    spec.render.push_back(std::move(render));
  }
}

void ReadPublish(const Node& list, AppSpec& spec, Problems& problems) {
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const auto& item = list.items()[i];
    const auto path = yaml::PathOf("publish", i);
    Fields fields(item, path, problems);
    PublishSpec publish{Required(fields, item, path, "service", problems), 0, item.at()};
    if (const auto port = fields.Integer("port", 1, kPortMax))
      publish.port = static_cast<std::uint16_t>(*port);
    if (!item.Find("port") && item.is_map()) problems.Add(item.at(), path, "has no 'port'", "add it");
    fields.Finish();
    spec.publish.push_back(std::move(publish));
  }
}

void ReadHealth(const Node& map, AppSpec& spec, Problems& problems) {
  Fields fields(map, "health", problems);
  HealthSpec health;
  health.at = map.at();
  health.service = fields.String("service").value_or("");
  health.path = fields.String("path").value_or("");
  if (const auto port = fields.Integer("port", 1, kPortMax)) health.port = static_cast<std::uint16_t>(*port);
  health.time = fields.Duration("time");
  fields.Finish();
  if (!health.path.empty() &&
      (!health.path.starts_with('/') || health.path.find_first_of(" \r\n\t") != std::string::npos)) {
    fields.Wrong(*map.Find("path"), "path", "'" + Shown(health.path) + "' is no path of a URL",
                 "write it as /healthz");
  }
  if (health.time && (*health.time <= Millis(0) || *health.time > kHealthTimeMax)) {
    fields.Wrong(*map.Find("time"), "time", "is not between 1ms and 1h",
                 "write how long a start may take, as 60s");
  }
  spec.health = std::move(health);
}

void ReadBuild(const Node& map, AppSpec& spec, Problems& problems) {
  Fields fields(map, "build", problems);
  spec.build_args = fields.StringMap("args");
  for (const auto& [name, value] : spec.build_args) {
    if (CheckVariable(name).ok()) continue;
    problems.Add(map.Find("args")->at(), yaml::PathOf("build.args", name), "is not a variable's name",
                 "use letters, digits and '_'");
  }
  fields.Finish();
}

void CheckNames(const Node& root, Fields& fields, const AppSpec& spec) {
  if (const auto fits = CheckTemplateName(spec.template_name); !spec.template_name.empty() && !fits.ok()) {
    fields.Wrong(*root.Find("template"), "template", fits.error().cause, fits.error().hint);
  }
  CheckInside(root, fields, "compose", spec.compose);
}

}  // namespace

Result<AppSpec> ReadAppSpec(std::string_view text, std::string_view name) {
  EDM_TRY(const auto root, yaml::Read(text, name, kSpecLimits));
  Problems problems{std::string(name)};
  Fields fields(root, "", problems);
  AppSpec spec;
  spec.template_name = fields.String("template").value_or("");
  spec.compose = fields.String("compose").value_or("");
  if (const auto* render = fields.List("render")) ReadRender(*render, spec, problems);
  if (const auto* publish = fields.List("publish")) ReadPublish(*publish, spec, problems);
  if (const auto* health = fields.Map("health")) ReadHealth(*health, spec, problems);
  if (const auto* build = fields.Map("build")) ReadBuild(*build, spec, problems);
  if (const auto* oneshot = fields.List("oneshot")) {
    spec.oneshot = fields.Strings("oneshot");
    spec.oneshot_at = oneshot->at();
  }
  spec.replicas = static_cast<std::uint32_t>(fields.Integer("replicas", 1, kReplicasMax).value_or(0));
  fields.Finish();
  CheckNames(root, fields, spec);
  EDM_CHECK(problems.AsStatus());
  return spec;
}

}  // namespace edm
