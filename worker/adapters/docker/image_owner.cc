#include "worker/adapters/docker/image_owner.h"

#include "common/model/labels.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

constexpr std::string_view kOurTags = "edm/";
constexpr std::string_view kNoTag = "<none>:<none>";

}  // namespace

std::optional<std::string> OurTagOf(const nlohmann::json& listed) {
  const auto instance = TextAt(PartAt(listed, "Labels"), std::string(kInstanceLabel));
  if (instance.empty()) return std::nullopt;
  const auto ours = std::string(kOurTags) + instance + "/";
  bool has_others = false;
  for (const auto& tag : PartAt(listed, "RepoTags")) {
    if (!tag.is_string() || tag == kNoTag) continue;
    if (tag.get<std::string>().starts_with(ours)) return tag.get<std::string>();
    has_others = true;
  }
  // BuildKit notes no parent; commits and the engine's older builder do.
  if (has_others || !TextAt(listed, "ParentId").empty()) return std::nullopt;
  return "";
}

bool IsOurTag(const std::string& tag) { return tag.starts_with(kOurTags); }

bool IsPushTag(const std::string& tag, const nlohmann::json& labels) {
  const auto instance = TextAt(labels, std::string(kInstanceLabel));
  const auto service = TextAt(labels, std::string(kServiceLabel));
  const auto release = TextAt(labels, std::string(kReleaseLabel));
  return !instance.empty() && !release.empty() &&
         tag.ends_with("/" + instance + ":" + service + "-r" + release);
}

}  // namespace edm::worker
