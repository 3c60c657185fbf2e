#include "common/core/compose/judge_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/compose/address.h"
#include "common/core/compose/dockerfile.h"
#include "common/core/compose/document_set.h"
#include "common/core/compose/effective.h"
#include "common/core/compose/host_port_clash.h"
#include "common/core/compose/interpolate.h"
#include "common/core/compose/source_choice.h"
#include "common/core/yaml/json.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

using yaml::Node;

constexpr std::size_t kSpecBytesMax = 64U << 10;
constexpr std::string_view kOnlyService = "app";

Result<AppSpec> ReadSpec(const FileTree& tree) {
  EDM_TRY(const auto facts, tree.Look(kAppSpecFile));
  if (facts.kind == FileKind::kMissing && !facts.is_link) return AppSpec{};
  auto text = tree.Read(kAppSpecFile, kSpecBytesMax);
  if (!text.ok()) return About(text.error(), kAppSpecFile);
  return ReadAppSpec(*text);
}

// Found out now, not when the images are built and the start fails.
Status CheckRendered(const FileTree& tree, const AppSpec& spec) {
  for (std::size_t i = 0; i < spec.render.size(); ++i) {
    const auto& render = spec.render[i];
    EDM_TRY(const auto facts, tree.Look(render.from));
    if (facts.kind == FileKind::kFile) continue;
    return Error{Code::kInvalidArgument,
                 fmt::format("{}:{}:{} {}.from", kAppSpecFile, render.at.line, render.at.column,
                             yaml::PathOf("render", i)),
                 "there is no file '" + Shown(render.from) + "' in the source",
                 {},
                 "add it, or mend the path"};
  }
  return Ok();
}

// One service that builds the folder, its ports those that the image exposes.
Result<Node> DocumentFor(const FileTree& tree, const AppSpec& spec) {
  const auto text = tree.Read("Dockerfile", Dockerfile::kBytesMax);
  if (!text.ok()) return About(text.error(), "Dockerfile");
  auto build = Node::Map();
  build.Set("context", Node::String("."));
  auto service = Node::Map();
  service.Set("build", std::move(build));
  service.Set("ports", Node::Strings(Dockerfile::ExposedPorts(*text, spec.build_args)));
  auto services = Node::Map();
  services.Set(kOnlyService, std::move(service));
  auto root = Node::Map();
  root.Set("services", std::move(services));
  return root;
}

Status AddSource(DocumentSet& set, const FileTree& tree, const SourceChoice& choice, const AppSpec& spec) {
  if (!choice.is_dockerfile) {
    const auto slash = choice.file.rfind('/');
    set.ReadDotenvBeside(slash == std::string::npos ? "." : choice.file.substr(0, slash));
    set.Add(choice.file);
  } else {
    EDM_TRY(auto root, DocumentFor(tree, spec));
    set.AddMade(choice.file, std::move(root));
  }
  if (HasRefusal(set.findings())) return AsError(set.findings());
  return Ok();
}

std::vector<Finding> WarningsOf(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& each) { return each.severity != Severity::kWarning; });
  return findings;
}

void WarnOfIdle(const Node& effective, const Blueprint& blueprint, const std::string& file,
                std::vector<Finding>& warnings) {
  const auto* services = effective.Find("services");
  if (!services) return;
  for (const auto& service : services->entries()) {
    if (blueprint.Find(service.key)) continue;
    const auto path = yaml::PathOf("services", service.key);
    warnings.push_back({Severity::kWarning,
                        path,
                        {Code::kOk,
                         file + " " + path,
                         "is not started: it stands behind a profile, or is scaled to 0",
                         {},
                         "remove its profiles to run it"}});
  }
}

}  // namespace

Result<Judged> JudgeFolder(const FileTree& tree, ConfigResolver& resolver, const JudgeInput& input) {
  Judged judged;
  EDM_TRY(judged.spec, ReadSpec(tree));
  EDM_CHECK(CheckRendered(tree, judged.spec));
  EDM_TRY(const auto choice, ChooseSource(tree, judged.spec));
  judged.source = choice.file;

  auto variables = input.environment;
  variables.merge(InstanceEnvironment(input.instance, input.owner, input.project, {}));
  DocumentSet set(tree, input.grants, std::move(variables));
  EDM_CHECK(AddSource(set, tree, choice, judged.spec));

  EDM_TRY(const auto resolved, resolver.Resolve({input.instance, choice.file, set.Files()}));
  Document effective;
  effective.form = Document::Form::kEffective;
  effective.file = choice.file;
  effective.written = set.Find(choice.file);
  EDM_TRY(effective.root, ReadEffective(resolved, judged.spec));
  const auto findings = Judge(effective, tree, input.grants, &set.grants_used());
  if (HasRefusal(findings)) return AsError(findings);
  SettlePaths(effective.root, tree);

  EDM_TRY(judged.blueprint, ReadBlueprint(effective.root, judged.spec, input.instance));
  if (const auto clashes = FindHostPortClashes(effective, tree, input.grants, judged.blueprint);
      HasRefusal(clashes)) {
    return AsError(clashes);
  }
  judged.effective_json = yaml::WriteJson(effective.root);
  judged.warnings = WarningsOf(set.findings());
  std::ranges::move(WarningsOf(findings), std::back_inserter(judged.warnings));
  WarnOfIdle(effective.root, judged.blueprint, choice.file, judged.warnings);
  judged.grants_used.assign(set.grants_used().begin(), set.grants_used().end());
  return judged;
}

}  // namespace edm::compose
