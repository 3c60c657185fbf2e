#include "worker/adapters/docker/image_owner.h"

#include "common/model/labels.h"
#include "common/model/member_name.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

constexpr std::string_view kOurTags = "edm/";
constexpr std::string_view kNoTag = "<none>:<none>";

// Of a tag "edm/<instance>/<service>:r<release>"; "": it is no such tag.
std::string InstanceIn(const std::string& tag) {
  const auto end = tag.find('/', kOurTags.size());
  if (!tag.starts_with(kOurTags) || end == std::string::npos) return "";
  return tag.substr(kOurTags.size(), end - kOurTags.size());
}

}  // namespace

std::vector<OwnTag> OwnTagsOf(const nlohmann::json& listed) {
  const auto builder = TextAt(PartAt(listed, "Labels"), std::string(kInstanceLabel));
  if (builder.empty()) return {};
  std::vector<OwnTag> own;
  bool has_others = false;
  for (const auto& tag : PartAt(listed, "RepoTags")) {
    if (!tag.is_string() || tag == kNoTag) continue;
    auto text = tag.get<std::string>();
    auto instance = InstanceIn(text);
    if (!instance.empty() && SetOf(instance) == SetOf(builder)) {
      own.push_back({std::move(text), std::move(instance)});
    } else {
      has_others = true;
    }
  }
  // BuildKit notes no parent; commits and the engine's older builder do.
  if (own.empty() && !has_others && TextAt(listed, "ParentId").empty()) own.push_back({"", builder});
  return own;
}

bool IsOurTag(const std::string& tag) { return tag.starts_with(kOurTags); }

bool IsPushTag(const std::string& tag, const nlohmann::json& labels) {
  const auto instance = TextAt(labels, std::string(kInstanceLabel));
  const auto service = TextAt(labels, std::string(kServiceLabel));
  const auto release = TextAt(labels, std::string(kReleaseLabel));
  return !instance.empty() && !release.empty() &&
         tag.ends_with("/" + SetOf(instance) + ":" + service + "-r" + release);
}

}  // namespace edm::worker
