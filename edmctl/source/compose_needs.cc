#include "edmctl/source/compose_needs.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>

#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kComposeBytesMax = 256 * 1024;

class Collector {
 public:
  void Service(const std::string& name, const YAML::Node& service) {
    const auto where = "services." + name;
    if (!service.IsMap()) return;
    Paths(service["env_file"], where + ".env_file");
    Build(service["build"], where + ".build");
    for (const auto& volume : service["volumes"]) Volume(volume, where + ".volumes");
  }

  void Files(const YAML::Node& section, const std::string& name) {
    if (!section || !section.IsMap()) return;
    for (const auto& entry : section) {
      if (entry.second.IsMap()) Add(entry.second["file"], name + "." + entry.first.Scalar() + ".file");
    }
  }

  std::vector<Need> needs;

 private:
  void Add(const YAML::Node& node, const std::string& where, const std::string& under = "") {
    if (!node || !node.IsScalar()) return;
    const auto text = (under.empty() ? "" : under + "/") + node.Scalar();
    if (text.empty() || text[0] == '/' || text[0] == '~' || text.find("://") != std::string::npos ||
        text.find('$') != std::string::npos) {
      return;
    }
    auto path = std::filesystem::path(text).lexically_normal().string();
    while (path.ends_with('/')) path.pop_back();
    if (path.empty() || path == "." || path.starts_with("..")) return;
    needs.push_back({path, where});
  }

  void Paths(const YAML::Node& node, const std::string& where) {
    if (!node) return;
    if (!node.IsSequence()) return Add(node, where);
    for (const auto& one : node) Add(one.IsMap() ? one["path"] : one, where);
  }

  void Build(const YAML::Node& build, const std::string& where) {
    if (!build) return;
    if (!build.IsMap()) return Add(build, where);
    Add(build["context"], where + ".context");
    const auto context = build["context"];
    Add(build["dockerfile"], where + ".dockerfile", context && context.IsScalar() ? context.Scalar() : "");
  }

  void Volume(const YAML::Node& volume, const std::string& where) {
    if (volume.IsMap()) {
      if (volume["type"] && volume["type"].Scalar() == "bind") Add(volume["source"], where);
    } else if (volume.IsScalar() && volume.Scalar().starts_with("./")) {
      Add(YAML::Node(volume.Scalar().substr(0, volume.Scalar().find(':'))), where);
    }
  }
};

}  // namespace

std::vector<Need> NeedsOfCompose(std::string_view text) {
  if (text.size() > kComposeBytesMax) return {};
  Collector collector;
  try {
    const auto root = YAML::Load(std::string(text));
    if (!root.IsMap()) return {};
    if (root["services"] && root["services"].IsMap()) {
      for (const auto& service : root["services"]) collector.Service(service.first.Scalar(), service.second);
    }
    collector.Files(root["configs"], "configs");
    collector.Files(root["secrets"], "secrets");
  } catch (const YAML::Exception&) {
    return {};
  }
  return collector.needs;
}

std::vector<std::string> IgnoredNeeds(const std::string& folder, const Scan& scan) {
  std::vector<std::string> sentences;
  for (const auto* name : {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}) {
    const auto text = ReadFile(folder + "/" + name);
    if (!text.ok()) continue;
    for (const auto& need : NeedsOfCompose(*text)) {
      std::error_code failure;
      if (scan.Holds(need.path) || !std::filesystem::exists(folder + "/" + need.path, failure)) continue;
      sentences.push_back(need.path + " is left out by " +
                          (scan.decided_by.empty() ? "being empty" : scan.decided_by) + ", but " + name +
                          " needs it (" + need.where + ")");
    }
    return sentences;
  }
  return sentences;
}

}  // namespace edm::ctl
