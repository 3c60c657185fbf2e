#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/patience.h"
#include "worker/core/garbage.h"

namespace edm::worker {
namespace {

Status RemoveImages(Job& job, const std::vector<std::string>& images) {
  for (const auto& image : images) EDM_CHECK(job.around.runtime.RemoveImage(image));
  return Ok();
}

Status DropMirrorsOf(Job& job) {
  EDM_CHECK(job.around.sources.DropMirror("instances/" + job.instance()));
  std::set<std::string> templates;
  for (const auto& [number, release] : job.holding.releases) templates.insert(release.template_name);
  templates.insert(job.attempt.order.template_name);
  for (const auto& name : templates) {
    if (name.empty() || job.mirrors_of_others.contains(name)) continue;
    EDM_CHECK(job.around.sources.DropMirror("templates/" + name));
  }
  return Ok();
}

// Another instance may have them from now on: the journal must say so first.
Status LetGoOfPorts(Job& job, const std::set<std::uint32_t>& releases) {
  auto needed = NeededPorts(job.holding, releases);
  if (needed == job.holding.ports) return Ok();
  job.holding.ports = std::move(needed);
  EDM_CHECK(job.around.journal.PutHolding(job.holding));
  job.around.addresses.Adopt(job.instance(), {job.holding.ports, job.holding.subnets});
  return Ok();
}

std::set<std::uint32_t> ReleasesOf(const Holding& holding) {
  std::set<std::uint32_t> numbers;
  for (const auto& [number, release] : holding.releases) numbers.insert(number);
  return numbers;
}

Status LetGoOfAll(Job& job) {
  EDM_CHECK(job.around.files.DropAll(job.instance()));
  EDM_CHECK(DropMirrorsOf(job));
  job.holding.ports.clear();
  job.holding.subnets.clear();
  job.holding.generated.clear();
  EDM_CHECK(job.around.journal.PutHolding(job.holding));
  job.around.addresses.Release(job.instance());
  return Ok();
}

// Only what runs has containers that were made for another release: what ran before is compared with it anew.
void LetGoOfKept(Holding& holding) {
  for (auto& [number, release] : holding.releases) {
    if (holding.running_release != 0 && number != holding.running_release) release.kept.clear();
  }
}

}  // namespace

Status Remove(Job& job) {
  const auto remove = [&]() -> Status {
    EDM_CHECK(DropTrial(job));
    return job.around.runtime.Remove(job.instance(), job.attempt.order.keep_volumes);
  };
  EDM_CHECK(Insist(job, remove));
  job.holding.running_release = 0;
  return Ok();
}

Status DropImages(Job& job) {
  return Insist(job, [&]() -> Status {
    EDM_TRY(const auto everything, job.around.runtime.Everything());
    return RemoveImages(job, ImagesOf(job.instance(), 0, everything.images));
  });
}

Status DropFiles(Job& job) {
  EDM_CHECK(job.around.files.DropAll(job.instance()));
  EDM_CHECK(DropMirrorsOf(job));
  job.holding.releases.clear();
  return Ok();
}

Status Discard(Job& job) {
  // Once its images may have been reported the release exists: it goes when its master keeps it no more.
  if (!job.attempt.order.build || job.attempt.phase >= Phase::kBuilt) return Ok();
  // Moved back before its old copy was removed, an instance is built under the number that runs here still.
  if (job.release() == job.holding.running_release) return Ok();
  job.holding.releases.erase(job.release());
  EDM_CHECK(LetGoOfPorts(job, ReleasesOf(job.holding)));
  EDM_CHECK(job.around.files.Drop(job.instance(), job.release()));
  EDM_TRY(const auto everything, job.around.runtime.Everything());
  EDM_CHECK(RemoveImages(job, ImagesOf(job.instance(), job.release(), everything.images)));
  // Another worker gets the order: nothing is to be left here that only a delete would take away.
  return job.attempt.failed_as == Phase::kRejected && IsBare(job.holding) ? LetGoOfAll(job) : Ok();
}

Status Collect(Job& job) {
  LetGoOfKept(job.holding);
  EDM_TRY(const auto everything, job.around.runtime.Everything());
  EDM_TRY(const auto checkouts, job.around.files.Releases(job.instance()));
  const auto garbage =
      FindGarbage(job.holding, job.attempt.order.kept_releases, job.release(), everything.images, checkouts);
  for (const auto release : garbage.releases) {
    EDM_CHECK(job.around.files.Drop(job.instance(), release));
    job.holding.releases.erase(release);
  }
  // What has stopped keeps its ports for the next start.
  if (job.holding.running_release != 0)
    EDM_CHECK(LetGoOfPorts(job, {job.holding.running_release, job.release()}));
  return RemoveImages(job, garbage.images);
}

}  // namespace edm::worker
