#include "common/core/compose/source_choice.h"

#include <array>

#include "common/model/names.h"

namespace edm::compose {
namespace {

constexpr std::array<std::string_view, 4> kComposeFiles = {"compose.yaml", "compose.yml",
                                                           "docker-compose.yaml", "docker-compose.yml"};

Result<SourceChoice> Named(const FileTree& tree, const std::string& file) {
  EDM_TRY(const auto facts, tree.Look(file));
  if (facts.kind == FileKind::kFile) return SourceChoice{facts.real_path, false};
  const auto cause = facts.kind == FileKind::kMissing ? "' is missing" : "' is no file inside the source";
  return Error{Code::kInvalidArgument,
               "edm.yaml compose",
               "'" + Shown(file) + cause,
               {},
               "add it, or remove 'compose'"};
}

}  // namespace

Result<SourceChoice> ChooseSource(const FileTree& tree, const AppSpec& spec) {
  if (!spec.compose.empty()) return Named(tree, spec.compose);
  for (const auto name : kComposeFiles) {
    EDM_TRY(const auto facts, tree.Look(name));
    if (facts.kind == FileKind::kFile) return SourceChoice{std::string(name), false};
    if (facts.kind != FileKind::kMissing) {
      return Error{Code::kInvalidArgument,
                   std::string(name),
                   "is no file inside the source",
                   {},
                   "make it a regular file"};
    }
  }
  EDM_TRY(const auto facts, tree.Look("Dockerfile"));
  if (facts.kind == FileKind::kFile) return SourceChoice{"Dockerfile", true};
  return Error{
      Code::kInvalidArgument,
      "source",
      "there is nothing to run: no compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml or "
      "Dockerfile",
      {"the smallest compose.yaml:", "  services:", "    web:", "      image: nginx:1.27",
       "      ports: [\"80\"]", "or the smallest Dockerfile:", "  FROM nginx:1.27", "  EXPOSE 80"},
      "add a compose.yaml or a Dockerfile at the top of the source, or name one by 'compose' in edm.yaml"};
}

}  // namespace edm::compose
