#include "worker/adapters/disk/disk_survey.h"

#include "worker/adapters/disk/cache_ledger.h"
#include "worker/adapters/disk/room_maker.h"
#include "worker/core/disk/usage.h"

namespace edm::worker {

MachineDisk DiskSurvey::Usage() {
  const std::lock_guard lock(mutex_);
  if (!last_ || peers_.clock.Steady() - measured_ >= kKept) {
    last_ = Measure();
    measured_ = peers_.clock.Steady();
  }
  last_->removed = peers_.room.removed();
  return *last_;
}

MachineDisk DiskSurvey::Measure() {
  EngineObjects usage;
  std::optional<Error> failure;
  // What the engine does not tell in time is missing, and the rest is told all the same.
  if (auto told = peers_.engine.Usage(kEngineDeadline); told.ok()) {
    usage = std::move(*told);
  } else {
    failure = std::move(told).error();
  }
  CacheLedger::Look cache;
  if (auto told = peers_.ledger.Records(); told.ok()) {
    cache = std::move(*told);
  } else if (!failure) {
    failure = std::move(told).error();
  }
  auto disk = Summarize(usage, cache.records, cache.ours, peers_.data.Look());
  disk.failure = std::move(failure);
  disk.measured_at = peers_.clock.Now();
  disk.places.push_back(peers_.data.Place());
  auto engine = peers_.data.PlaceOf(peers_.engine.Root());
  const auto& data = disk.places.front();
  // The same file system shows the same figures.
  const bool is_same = engine.total_bytes == data.total_bytes && engine.free_bytes == data.free_bytes;
  if (engine.total_bytes != 0 && !is_same) disk.places.push_back(std::move(engine));
  return disk;
}

}  // namespace edm::worker
