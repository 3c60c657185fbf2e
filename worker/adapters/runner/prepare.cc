#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/patience.h"
#include "worker/core/endpoints.h"

namespace edm::worker {
namespace {

Error NoSource(const Job& job) {
  return {.code = Code::kFailedPrecondition,
          .object = "instance " + job.instance(),
          .cause = "its order names no commit to build",
          .hint = "give it source: edmctl deploy DIR"};
}

}  // namespace

Status Fetch(Job& job) {
  const auto& order = job.attempt.order;
  if (!order.source) return NoSource(job);
  if (auto* room = job.around.room)
    EDM_CHECK(room->Ensure([&](std::string_view line) { job.Log("", line); }));
  CheckoutRequest request;
  if (order.template_source) {
    request.layers.push_back({"templates/" + order.template_name, *order.template_source});
  }
  request.layers.push_back({"instances/" + job.instance(), *order.source});
  request.directory = job.around.files.CheckoutDirectory(job.instance(), job.release());
  job.workload.reset();
  auto status = Patiently(job, [&] { return job.around.sources.Checkout(request, job.stop); });
  if (!status.ok()) {
    return About(std::move(status).error(), "source of instance " + job.instance());
  }
  return Ok();
}

Result<ReleaseRecord*> FindRelease(Job& job, std::uint32_t number) {
  const auto found = job.holding.releases.find(number);
  if (found != job.holding.releases.end()) return &found->second;
  return Error{.code = Code::kFailedPrecondition,
               .object = "release " + std::to_string(number) + " of instance " + job.instance(),
               .cause = "it is not on this worker",
               .hint = "build it again: edmctl deploy"};
}

Status EnsureJudged(Job& job) {
  if (job.workload) return Ok();
  const auto& order = job.attempt.order;
  EDM_TRY(job.workload, job.around.workloads.Judge(
                            {.instance = job.instance(),
                             .owner = order.owner,
                             .project = order.project,
                             .release = job.release(),
                             .directory = job.around.files.CheckoutDirectory(job.instance(), job.release()),
                             .environment = order.environment},
                            job.stop));
  return Ok();
}

Status Judge(Job& job) {
  EDM_CHECK(EnsureJudged(job));
  for (const auto& warning : job.workload->warnings()) job.Warn(warning);
  job.detail = job.workload->summary();
  return Ok();
}

Status Reserve(Job& job) {
  std::vector<WantedPort> ports;
  std::vector<std::string> networks;
  if (job.attempt.order.build) {
    EDM_CHECK(EnsureJudged(job));
    ports = job.workload->ports();
    networks = job.workload->networks();
  } else {
    // A release that ran before may have named host ports that were let go since.
    EDM_TRY(const auto* release, FindRelease(job, job.release()));
    ports = release->run.ports;
  }
  EDM_TRY(auto reserved, job.around.addresses.Reserve(job.instance(), ports, networks));
  job.holding.ports = std::move(reserved.ports);
  job.holding.subnets = std::move(reserved.subnets);
  return Ok();
}

RunSpec Describe(const Job& job) {
  const auto& workload = *job.workload;
  return {.services = workload.services(),
          .ports = workload.ports(),
          .endpoints = EndpointsOf(workload.ports(), job.holding.ports, job.settings.public_address,
                                   job.settings.lan_address),
          .catalog_names = workload.catalog_names(),
          .ready_timeout = workload.ready_timeout(),
          .ready_least = workload.ready_least(),
          .stop_grace = workload.stop_grace(),
          .keeps_data = workload.keeps_data()};
}

}  // namespace edm::worker
