#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/patience.h"

namespace edm::worker {
namespace {

Published PublishedOf(const ReleaseRecord& release) {
  return {release.run.endpoints, release.run.catalog_names};
}

// What its services needed was fetched with the start.
void NoteFetchedInputs(const Job& job, ReleaseRecord& release) {
  std::set<std::string> unknown;
  for (const auto& [image, id] : release.inputs) {
    if (id.empty()) unknown.insert(image);
  }
  for (auto& [image, id] : IdsOf(job, unknown)) release.inputs[image] = std::move(id);
}

// The journal first: who is told of a release may roll back to it, so nothing may take its images any more.
Status TellOfImages(Job& job) {
  auto told = job.attempt;
  told.phase = Phase::kBuilt;
  EDM_CHECK(job.around.journal.Put(told, job.holding));
  job.Emit(told.built);
  return Ok();
}

}  // namespace

Status PublishHolder(Job& job) {
  const auto& order = job.attempt.order;
  if (!order.leave_address && (!job.holding.address_published || !order.holds_address)) {
    auto status = Insist(job, [&] { return job.around.directory.PutHolder(job.instance()); });
    if (!status.ok()) return About(std::move(status).error(), "address of instance " + job.instance());
  }
  job.holding.address_published = true;
  return order.build ? TellOfImages(job) : Ok();
}

Status PublishEndpoints(Job& job) {
  const auto release = job.attempt.restored_release != 0 ? job.attempt.restored_release : job.release();
  const auto status =
      job.around.directory.PutEndpoints(job.instance(), PublishedOf(job.holding.releases[release]));
  // It runs and answers: the catalog follows with the next sweep.
  if (!status.ok()) job.Warn("the catalog does not list it yet: " + ToString(status.error()));
  job.holding.running_release = release;
  job.holding.inspect_until.reset();
  if (job.attempt.order.build && release == job.release())
    NoteFetchedInputs(job, job.holding.releases[release]);
  return Ok();
}

Status WithdrawEndpoints(Job& job) {
  const auto status = job.around.directory.DropEndpoints(job.instance());
  if (!status.ok()) job.Warn("the catalog still lists it: " + ToString(status.error()));
  return Ok();
}

Status ForgetHolder(Job& job) {
  if (!job.attempt.order.leave_address)
    EDM_CHECK(Insist(job, [&] { return job.around.directory.DropHolder(job.instance()); }));
  job.holding.address_published = false;
  job.around.addresses.Release(job.instance());
  // Else a start after a kill in between would adopt them again, for nobody.
  job.holding.ports.clear();
  job.holding.subnets.clear();
  return Ok();
}

}  // namespace edm::worker
