#include "common/core/compose/policy.h"

#include <algorithm>

#include "common/core/compose/rules/rules.h"
#include "common/core/compose/rules/ruling.h"

namespace edm::compose {
namespace {

constexpr std::size_t kServicesMax = 100;

void JudgeServices(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kMap)) return;
  if (value.node.entries().size() > kServicesMax) {
    return ruling.Refuse(value, "has more than 100 services", "split it into several instances");
  }
  for (const auto& entry : value.node.entries()) {
    if (!entry.key.starts_with("x-"))
      JudgeService(ruling, {entry.value, yaml::PathOf("services", entry.key)});
  }
}

constexpr KeyRule kTopKeys[] = {
    {"configs", JudgeTopFiles},
    {"include", JudgeInclude},
    {"models", nullptr, "is not supported", "remove it"},
    {"name"},
    {"networks", JudgeTopNetworks},
    {"secrets", JudgeTopFiles},
    {"services", JudgeServices},
    {"version"},
    {"volumes", JudgeTopVolumes},
};

}  // namespace

std::vector<Finding> Judge(const Document& document, const FileTree& tree, const Grants& grants,
                           std::set<std::string>* used) {
  Ruling ruling(document, tree, grants, used);
  const Spot root{document.root, ""};
  if (!document.root.is_map()) {
    ruling.Refuse(root, "is no compose file", "write services: with at least one service");
    return ruling.Take();
  }
  JudgeKeys(ruling, root, kTopKeys);
  if (ruling.is_effective()) JudgeOverlaps(ruling, root);
  return ruling.Take();
}

bool HasRefusal(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& each) { return each.severity == Severity::kRefusal; });
}

Error AsError(const std::vector<Finding>& findings) {
  std::vector<Error> refusals;
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kRefusal) refusals.push_back(finding.error);
  }
  EDM_ASSERT(!refusals.empty());
  auto headline = refusals.front();
  constexpr std::size_t kEvidenceMax = 50;
  for (std::size_t i = 1; i < refusals.size() && i <= kEvidenceMax; ++i) {
    headline.evidence.push_back(ToString(refusals[i]));
  }
  return headline;
}

}  // namespace edm::compose
