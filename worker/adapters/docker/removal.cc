#include "worker/adapters/docker/removal.h"

#include <thread>

#include "common/model/labels.h"
#include "worker/adapters/docker/image_owner.h"
#include "worker/adapters/docker/in_parallel.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/listing.h"
#include "worker/adapters/docker/loans.h"
#include "worker/adapters/docker/stop_order.h"

namespace edm::worker {
namespace {

using nlohmann::json;

constexpr Millis kRetryEvery{100};
constexpr Millis kStopMargin{15'000};  // beyond the grace: the engine's own SIGKILL and clean-up

// The engine lets go of endpoints and of containers being removed a little later.
Status DeletePatiently(const EngineApi& api, const std::string& path, const std::string& object) {
  const auto until = std::chrono::steady_clock::now() + kRemovalPatience;
  for (;;) {
    auto gone = api.Delete(path, object);
    const bool again =
        !gone.ok() && gone.error().code == Code::kAborted && std::chrono::steady_clock::now() < until;
    if (!again) return gone;
    std::this_thread::sleep_for(kRetryEvery);
  }
}

// A removal under way elsewhere is over once the container cannot be found.
Status DeleteContainer(const EngineApi& api, const ContainerFacts& container, bool keep_volumes) {
  const std::string object = "container " + container.name;
  return DeletePatiently(api, "/containers/" + container.id + "?force=1&v=" + (keep_volumes ? "0" : "1"),
                         object);
}

}  // namespace

Status StopInstance(const EngineApi& api, const std::string& instance, const std::set<std::string>& sparing,
                    Seconds grace) {
  EDM_TRY(auto containers, InspectContainers(api, instance));
  std::erase_if(containers, [&](const Inspected& one) { return sparing.contains(one.facts.service); });
  for (const auto& group : StopOrder(containers)) {
    EDM_CHECK(InParallel(group.size(), [&](std::size_t i) -> Status {
      const auto& facts = containers[group[i]].facts;
      auto stopped = api.Post("/containers/" + facts.id + "/stop?t=" + std::to_string(grace.count()), json(),
                              "container " + facts.name, Millis(grace) + kStopMargin);
      if (!stopped.ok() && stopped.error().code != Code::kNotFound) return std::move(stopped).error();
      return Ok();
    }));
  }
  return Ok();
}

Status RemoveInstance(const EngineApi& api, const std::string& instance, bool keep_volumes) {
  const std::string label = std::string(kInstanceLabel) + "=" + instance;
  const std::string object = "instance " + instance;
  EDM_TRY(const auto containers, ListContainers(api, instance));
  EDM_CHECK(InParallel(containers.size(),
                       [&](std::size_t i) { return DeleteContainer(api, containers[i], keep_volumes); }));
  EDM_CHECK(GiveBack(api, instance));
  EDM_TRY(const json networks, api.Get(WithFilters("/networks", {{"label", {label}}}), object));
  EDM_CHECK(InParallel(networks.size(), [&](std::size_t i) {
    return DeletePatiently(api, "/networks/" + TextAt(networks[i], "Id"),
                           "network " + TextAt(networks[i], "Name"));
  }));
  if (keep_volumes) return Ok();
  EDM_TRY(const json volumes, api.Get(WithFilters("/volumes", {{"label", {label}}}), object));
  const json& list = PartAt(volumes, "Volumes");
  return InParallel(list.size(), [&](std::size_t i) {
    const std::string name = TextAt(list[i], "Name");
    return DeletePatiently(api, "/volumes/" + name, "volume " + name);
  });
}

Status RemoveImageOfOurs(const EngineApi& api, const std::string& id_or_tag) {
  const std::string object = "image " + id_or_tag;
  auto image = api.Get("/images/" + id_or_tag + "/json", object);
  if (!image.ok() && image.error().code == Code::kNotFound) return Ok();
  if (!image.ok()) return std::move(image).error();
  const auto& labels = PartAt(PartAt(*image, "Config"), "Labels");
  if (TextAt(labels, std::string(kInstanceLabel)).empty()) return Ok();
  std::vector<std::string> names{id_or_tag};
  const std::string id = TextAt(*image, "Id");
  const auto& tags = PartAt(*image, "RepoTags");
  if (id == id_or_tag && tags.is_array() && !tags.empty()) {
    names.clear();
    for (const auto& tag : tags) {
      if (tag.is_string()) names.push_back(tag.get<std::string>());
    }
  }
  if (id != id_or_tag || !tags.empty())
    std::erase_if(names, [](const auto& name) { return !IsOurTag(name); });
  for (const auto& tag : tags) {
    if (tag.is_string() && IsPushTag(tag, labels)) names.push_back(tag.get<std::string>());
  }
  for (const auto& name : names) {
    auto gone = api.Delete("/images/" + name, object);
    const bool used =
        !gone.ok() && (gone.error().code == Code::kFailedPrecondition || gone.error().code == Code::kAborted);
    if (!gone.ok() && !used) return gone;
  }
  return Ok();
}

}  // namespace edm::worker
