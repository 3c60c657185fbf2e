#include "common/core/compose/kept_services.h"
#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/pair.h"

namespace edm::worker {
namespace {

// What cannot be judged is made anew.
compose::MadeFor Keepable(const Job& job) {
  if (job.attempt.order.no_cache) return {};
  const auto containers = job.around.runtime.Containers(job.instance());
  if (!containers.ok()) return {};
  const auto pair = PairOf(job, *containers);
  if (!pair.ok()) return {};
  auto kept = compose::KeptServices(*pair);
  return kept.ok() ? std::move(kept).value() : compose::MadeFor();
}

}  // namespace

Status KeepStores(Job& job, ReleaseRecord& release) {
  if (!RunsAnother(job)) return Ok();
  auto kept = Keepable(job);
  for (const auto& [service, made_for] : kept) job.Log(service, "unchanged, runs on");
  if (kept == release.kept) return Ok();
  release.kept = std::move(kept);
  return job.around.journal.PutHolding(job.holding);
}

}  // namespace edm::worker
