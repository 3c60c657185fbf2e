#include "worker/core/orphans.h"

#include <algorithm>

#include "common/model/trial_name.h"

namespace edm::worker {
namespace {

bool HasRun(const std::string& instance, const Footprint& everything) {
  return std::ranges::any_of(everything.containers, [&](const ContainerFacts& one) {
    return one.instance == instance && one.state != ContainerState::kCreated;
  });
}

bool IsTriedOrKept(const std::map<std::string, HeldInstance>& held, const std::string& instance) {
  const auto found = held.find(instance);
  return found != held.end() && (found->second.is_busy || found->second.keeps_trial);
}

bool IsNeeded(const HeldInstance& held, const Footprint::Object& image) {
  // An image without a tag was replaced by a later build of the same release.
  return held.is_busy || (!image.name.empty() && held.releases.contains(image.release));
}

}  // namespace

std::map<std::string, Orphans> FindOrphans(const std::map<std::string, HeldInstance>& held,
                                           const std::string& worker, const Footprint& everything) {
  std::map<std::string, Orphans> orphans;
  const auto judge = [&](const std::string& instance, const std::string& made_by) {
    if (IsTrial(instance)) {
      const std::string tried(InstanceOf(instance));
      if (made_by == worker && !IsTriedOrKept(held, tried)) orphans[tried].trial = true;
      return;
    }
    if (made_by == worker && !held.contains(instance) && !HasRun(instance, everything))
      orphans[instance].objects = true;
  };
  for (const auto& one : everything.containers) judge(one.instance, one.worker);
  for (const auto& one : everything.networks) judge(one.instance, one.worker);
  for (const auto& one : everything.volumes) {
    if (IsTrial(one.instance)) judge(one.instance, one.worker);
  }
  for (const auto& image : everything.images) {
    const auto found = held.find(image.instance);
    if (image.worker != worker || (found != held.end() && IsNeeded(found->second, image))) continue;
    orphans[image.instance].images.push_back(image.name.empty() ? image.id : image.name);
  }
  return orphans;
}

}  // namespace edm::worker
