#include "common/core/compose/effective.h"

#include "common/core/yaml/json.h"

namespace edm::compose {
namespace {

using yaml::Node;

constexpr yaml::Limits kResolvedLimits{.bytes = 8U << 20, .nodes = 200'000, .depth = 64};

std::string SingleDollars(std::string_view text) {
  std::string single;
  for (std::size_t i = 0; i < text.size(); ++i) {
    single += text[i];
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') ++i;
  }
  return single;
}

void Unescape(Node& node) {
  if (node.is_string()) node.set_text(SingleDollars(node.text()));
  for (auto& item : node.items()) Unescape(item);
  for (auto& entry : node.entries()) {
    entry.key = SingleDollars(entry.key);
    Unescape(entry.value);
  }
}

// Calls `change` with each path that compose made absolute.
template <class Change>
void ForEachPath(Node& root, const Change& change) {
  if (auto* services = root.Find("services")) {
    for (auto& service : services->entries()) {
      auto* build = service.value.Find("build");
      if (auto* context = build ? build->Find("context") : nullptr) change(*context);
      auto* volumes = service.value.Find("volumes");
      if (!volumes) continue;
      for (auto& mount : volumes->items()) {
        const auto* type = mount.Find("type");
        auto* source = mount.Find("source");
        if (type && type->text() == "bind" && source) change(*source);
      }
    }
  }
  for (const auto* key : {"configs", "secrets"}) {
    auto* files = root.Find(key);
    if (!files) continue;
    for (auto& entry : files->entries()) {
      if (auto* file = entry.value.Find("file")) change(*file);
    }
  }
}

void Prune(Node& root, const AppSpec& spec) {
  root.Remove("name");
  std::erase_if(root.entries(), [](const auto& entry) { return entry.key.starts_with("x-"); });
  auto* services = root.Find("services");
  if (!services) return;
  for (auto& service : services->entries()) {
    service.value.Remove("develop");
    std::erase_if(service.value.entries(),
                  [](const auto& entry) { return entry.value.is_null() || entry.key.starts_with("x-"); });
    auto* build = service.value.Find("build");
    if (!build || spec.build_args.empty()) continue;
    auto* args = build->Find("args");
    if (!args || !args->is_map()) args = &build->Set("args", Node::Map());
    for (const auto& [name, value] : spec.build_args) args->Set(name, Node::String(value));
  }
}

}  // namespace

Result<Node> ReadEffective(const ResolvedConfig& resolved, const AppSpec& spec) {
  EDM_TRY(auto root, yaml::ReadJson(resolved.json, "the resolved compose file", kResolvedLimits));
  Unescape(root);
  const auto inside = resolved.directory + "/";
  ForEachPath(root, [&](Node& path) {
    const auto& text = path.text();
    if (text == resolved.directory) {
      path.set_text(".");
    } else if (text.starts_with(inside)) {
      path.set_text("./" + text.substr(inside.size()));
    }
  });
  Prune(root, spec);
  return root;
}

void SettlePaths(Node& effective, const FileTree& tree) {
  ForEachPath(effective, [&](Node& path) {
    if (path.text().starts_with('/')) return;
    const auto facts = tree.Look(path.text());
    if (facts.ok()) path.set_text(facts->real_path);
  });
}

}  // namespace edm::compose
