// What a service or document reads from other files: env_file, extends, include.
#include "common/core/compose/rules/paths.h"
#include "common/core/compose/rules/rules.h"

namespace edm::compose {
namespace {

constexpr KeyRule kEnvFileKeys[] = {
    {"path"}, {"required"}, {"format", nullptr, "is not supported", "remove it"}};
constexpr KeyRule kExtendsKeys[] = {{"file"}, {"service"}};
constexpr KeyRule kIncludeKeys[] = {
    {"path"},
    {"project_directory", nullptr, "is not supported",
     "move the file to the folder that its paths start from"},
    {"env_file", nullptr, "is not supported", "write the variables into .env beside the compose file"},
};

void JudgeEnvFile(Ruling& ruling, const Spot& spot) {
  if (spot.node.is_scalar()) {
    JudgeFile(ruling, spot, "env_file");
    return;
  }
  JudgeKeys(ruling, spot, kEnvFileKeys);
  const auto* path = spot.node.Find("path");
  if (!path || !path->is_scalar()) return ruling.Refuse(spot, "has no path", "write path: ./file.env");
  const auto* required = spot.node.Find("required");
  if (required && required->text() == "false") {
    const auto place = InCheckout(ruling, spot.At("path"), path->text());
    if (!place) return;
    const auto facts = ruling.tree.Look(*place);
    if (facts.ok() && facts->kind == FileKind::kMissing) return;
  }
  JudgeFile(ruling, spot.At("path"), "env_file");
}

}  // namespace

void JudgeEnvFiles(Ruling& ruling, const Spot& value) {
  if (!value.node.is_sequence()) return JudgeEnvFile(ruling, value);
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    JudgeEnvFile(ruling, {value.node.items()[i], yaml::PathOf(value.path, i)});
  }
}

void JudgeExtends(Ruling& ruling, const Spot& value) {
  if (value.node.is_scalar()) return;
  JudgeKeys(ruling, value, kExtendsKeys);
  const auto* file = value.node.Find("file");
  if (file && !file->is_null()) JudgeFile(ruling, value.At("file"), "the extended file");
}

void JudgeInclude(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kSequence)) return;
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    const Spot spot{value.node.items()[i], yaml::PathOf(value.path, i)};
    if (spot.node.is_scalar()) {
      JudgeFile(ruling, spot, "the included file");
      continue;
    }
    JudgeKeys(ruling, spot, kIncludeKeys);
    const auto* path = spot.node.Find("path");
    if (!path) {
      ruling.Refuse(spot, "has no path", "write path: ./file.yaml");
      continue;
    }
    for (const auto& each : Texts(ruling, spot.At("path"))) JudgeFile(ruling, each, "the included file");
  }
}

}  // namespace edm::compose
