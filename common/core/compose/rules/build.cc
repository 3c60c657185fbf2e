#include "common/core/compose/dockerfile.h"
#include "common/core/compose/rules/paths.h"
#include "common/core/compose/rules/rules.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

bool LooksRemote(std::string_view context) {
  return context.find("://") != std::string_view::npos || context.starts_with("git@") ||
         context.starts_with("github.com/") || context.find('#') != std::string_view::npos;
}

// The context's folder in the tree, real; none, and refused, when it is nothing that may be built.
std::optional<std::string> JudgeContext(Ruling& ruling, const Spot& spot) {
  const auto& text = spot.node.text();
  if (LooksRemote(text)) {
    ruling.Refuse(spot, "'" + Shown(text) + "' is fetched from elsewhere",
                  "put the files into the source, and name their folder");
    return {};
  }
  const auto path = InCheckout(ruling, spot, text);
  if (!path) return {};
  const auto facts = ruling.tree.Look(*path);
  if (facts.ok() && facts->kind == FileKind::kDirectory) return facts->real_path;
  const bool leaves = facts.ok() && facts->kind == FileKind::kLeaves;
  ruling.Refuse(spot,
                "'" + Shown(text) + (leaves ? "' leads out of the checkout" : "' is no folder of the source"),
                "name a folder of the source, as ./web");
  return {};
}

void JudgeBuildNetwork(Ruling& ruling, const Spot& value) {
  const auto& text = value.node.text();
  if (IsVacant(value.node) || text == "none" || text == "default") return;
  ruling.Refuse(
      value,
      text == "host" ? "a build would share the machine's network" : "'" + Shown(text) + "' is not allowed",
      "remove it");
}

void JudgeArgs(Ruling& ruling, const Spot& value) { NamedTexts(ruling, value); }

constexpr KeyRule kBuildKeys[] = {
    {"additional_contexts", nullptr, "reads files or images outside the context",
     "copy the files into the context"},
    {"args", JudgeArgs},
    {"cache_from"},
    {"cache_to", nullptr, "writes to a registry", kRemove},
    {"context"},
    {"dockerfile"},
    {"dockerfile_inline"},
    {"entitlements", nullptr, "gives a build rights over the machine", kRemove},
    {"extra_hosts", nullptr, "is not supported in builds", kRemove},
    {"isolation", nullptr, "is not known on Linux", kRemove},
    {"labels", JudgeLabels},
    {"network", JudgeBuildNetwork},
    {"no_cache"},
    {"platforms"},
    {"privileged", nullptr, "a privileged build owns the machine", kRemove},
    {"provenance"},
    {"pull"},
    {"sbom"},
    {"secrets", nullptr, "are not supported in builds", "use build args, or secrets at run time"},
    {"shm_size"},
    {"ssh", nullptr, "reads keys of the machine", "fetch what is needed before, and commit it"},
    {"tags"},
    {"target"},
    {"ulimits"},
};

Dockerfile::Arguments ArgumentsOf(const yaml::Node& build) {
  Dockerfile::Arguments arguments;
  const auto* args = build.Find("args");
  if (!args) return arguments;
  for (const auto& entry : args->entries()) arguments[entry.key] = entry.value.text();
  for (const auto& item : args->items()) {
    const auto equals = item.text().find('=');
    if (equals != std::string::npos)
      arguments[item.text().substr(0, equals)] = item.text().substr(equals + 1);
  }
  return arguments;
}

void JudgeText(Ruling& ruling, const Spot& spot, std::string_view text, std::string_view file,
               const Dockerfile::Arguments& arguments) {
  for (auto error : Dockerfile::Judge(text, file, arguments)) {
    ruling.Append({{Severity::kRefusal, spot.path, std::move(error)}});
  }
}

// The Dockerfile that will be read; judged with the effective document, when arguments and paths are final.
void JudgeDockerfile(Ruling& ruling, const Spot& build, const std::string& context, const std::string& name,
                     const Dockerfile::Arguments& arguments) {
  const auto spot = build.node.is_map() && build.node.Find("dockerfile") ? build.At("dockerfile")
                                                                         : Spot{build.node, build.path};
  if (name.starts_with('/')) {
    return ruling.Refuse(spot, "'" + Shown(name) + "' is an absolute path",
                         "write it from the context's folder");
  }
  const auto path = context == "." ? name : context + "/" + name;
  const auto facts = ruling.tree.Look(path);
  const bool is_inside = facts.ok() && (context == "." || facts->real_path.starts_with(context + "/"));
  if (facts.ok() && facts->kind != FileKind::kMissing && (!is_inside || facts->kind == FileKind::kLeaves)) {
    return ruling.Refuse(spot, "'" + Shown(name) + "' is not inside the build's context",
                         "move it into the context");
  }
  if (!facts.ok() || facts->kind != FileKind::kFile) {
    return ruling.Refuse(spot, "there is no file '" + Shown(path) + "'",
                         "add it, or name the Dockerfile under build.dockerfile");
  }
  const auto text = ruling.tree.Read(facts->real_path, Dockerfile::kBytesMax);
  if (!text.ok()) return ruling.Refuse(spot, text.error().cause, text.error().hint);
  JudgeText(ruling, spot, *text, facts->real_path, arguments);
}

}  // namespace

void JudgeBuild(Ruling& ruling, const Spot& value) {
  if (value.node.is_scalar()) {
    const auto context = JudgeContext(ruling, value);
    if (context && ruling.is_effective()) JudgeDockerfile(ruling, value, *context, "Dockerfile", {});
    return;
  }
  JudgeKeys(ruling, value, kBuildKeys);
  if (!value.node.is_map()) return;
  const auto here = yaml::Node::String(".", value.node.at());
  const auto* written = value.node.Find("context");
  const auto context = written && !written->is_null() ? JudgeContext(ruling, value.At("context"))
                                                      : JudgeContext(ruling, {here, value.path});
  if (!context || !ruling.is_effective()) return;
  const auto arguments = ArgumentsOf(value.node);
  if (const auto* text = value.node.Find("dockerfile_inline"); text && !IsVacant(*text)) {
    return JudgeText(ruling, value.At("dockerfile_inline"), text->text(), "dockerfile_inline", arguments);
  }
  const auto* name = value.node.Find("dockerfile");
  JudgeDockerfile(ruling, value, *context, name && !IsVacant(*name) ? name->text() : "Dockerfile", arguments);
}

}  // namespace edm::compose
