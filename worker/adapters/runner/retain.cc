#include "worker/adapters/runner/attempt_runner.h"
#include "worker/core/garbage.h"

namespace edm::worker {

AttemptRunner::Unsure AttemptRunner::AreUnsure() {
  const Lock lock(mutex_);
  Unsure unsure;
  for (const auto& [instance, slot] : slots_) {
    if (!slot.IsAtRest() || !slot.is_unsure || slot.holding.releases.empty()) continue;
    unsure[instance] = slot.Newest()->order.attempt;
    if (unsure.size() == kUnsureMax) break;
  }
  return unsure;
}

void AttemptRunner::Keep(std::uint32_t epoch, const Unsure& asked,
                         const std::map<std::string, std::vector<std::uint32_t>>& kept) {
  const Lock lock(mutex_);
  if (epoch < epoch_) return;  // another master leads, and may have recorded more
  for (const auto& [instance, releases] : kept) {
    const auto found = slots_.find(instance);
    const auto attempt = asked.find(instance);
    if (found == slots_.end() || attempt == asked.end()) continue;
    auto& slot = found->second;
    // Of what an order brought since, the master knew nothing.
    if (!slot.IsAtRest() || slot.Newest()->order.attempt != attempt->second) continue;
    slot.surplus = SurplusOf(slot.holding, releases);
    if (slot.surplus.empty()) {
      slot.is_unsure = false;
      continue;
    }
    slot.errand = Errand::kDropReleases;
    PostNext(instance, slot);
  }
}

// What is left by a failure on the way, images as orphans and the rest with the next attempt, goes as well.
Status AttemptRunner::DropReleases(const std::vector<std::uint32_t>& surplus, Holding& holding) {
  const auto& instance = holding.instance;
  EDM_TRY(const auto everything, around_.runtime.Everything());
  for (const auto release : surplus) holding.releases.erase(release);
  EDM_CHECK(around_.journal.PutHolding(holding));
  for (const auto release : surplus) {
    EDM_CHECK(around_.files.Drop(instance, release));
    for (const auto& image : ImagesOf(instance, release, everything.images))
      EDM_CHECK(around_.runtime.RemoveImage(image));
  }
  return Ok();
}

}  // namespace edm::worker
