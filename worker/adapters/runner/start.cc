#include <algorithm>

#include "worker/adapters/runner/digest.h"
#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/final_document.h"
#include "worker/adapters/runner/patience.h"
#include "worker/core/kept.h"
#include "worker/core/observe.h"
#include "worker/core/ready_window.h"

namespace edm::worker {
namespace {

Status RenderAnew(Job& job, ReleaseRecord& release) {
  EDM_CHECK(EnsureJudged(job));
  FinalRequest request{
      .addresses = {job.holding.ports, job.holding.subnets},
      .public_address = job.settings.public_address,
      .bind_address = job.settings.bind_address,
      .generated = job.holding.generated,
      .rendered_directory = job.around.files.RenderedDirectory(job.instance(), job.release())};
  for (const auto& build : job.workload->builds()) request.images[build.service] = build.tag;
  EDM_TRY(auto final, job.workload->Finalise(request));
  job.holding.generated = std::move(final.generated);
  // Values made once must be known before a container has seen them.
  EDM_CHECK(job.around.journal.PutHolding(job.holding));
  EDM_CHECK(job.around.files.WriteFinal(job.instance(), job.release(), final.compose_json, final.rendered));
  release.run = Describe(job);
  release.kept.clear();
  return Ok();
}

// Compose renames a container that it is about to replace, and cannot go on where it was killed in between.
bool WasBrokenOff(const Job& job, const std::vector<ContainerFacts>& containers) {
  return std::any_of(containers.begin(), containers.end(), [&](const ContainerFacts& facts) {
    return !facts.name.starts_with(job.instance() + ".");
  });
}

Status BringUp(Job& job, std::uint32_t release, std::optional<Millis> start_within, std::stop_token stop) {
  EDM_TRY(auto containers, job.around.runtime.Containers(job.instance()));
  if (WasBrokenOff(job, containers)) {
    EDM_CHECK(job.around.runtime.Remove(job.instance(), /*keep_volumes=*/true));
    containers.clear();
  }
  EDM_TRY(auto compose_json, FinalDocument(job.around.files, job.holding, release, containers));
  return job.around.runtime.Up(
      {.instance = job.instance(),
       .compose_json = std::move(compose_json),
       .directory = job.around.files.CheckoutDirectory(job.instance(), release),
       .start_within = start_within,
       .at_once = release != job.release()},
      [&](std::string_view line) { job.Log("", line); }, stop);
}

Millis WindowOf(const Job& job) {
  const auto& releases = job.holding.releases;
  const auto& wanted = releases.at(job.release());
  const auto running = releases.find(job.holding.running_release);
  const bool is_other = running != releases.end() && running->first != job.release();
  return ReadyWindow({.most = wanted.run.ready_timeout,
                      .least = wanted.run.ready_least,
                      .can_go_back = is_other && CanGoBack(job.attempt.order, job.holding),
                      .trial_took = job.attempt.trial_took,
                      .running_took = is_other ? running->second.ready_took : Millis(0)});
}

constexpr std::uint32_t kSubnetMovesMax = 3;  // per start: others make networks on this engine as well

// After another network took a subnet that was reserved: other ones, and the final compose file with them.
// False: no subnet was taken.
Result<bool> MoveSubnets(Job& job, ReleaseRecord& release) {
  EDM_TRY(const auto moved, job.around.addresses.MoveSubnets(job.instance()));
  if (!moved) return false;
  for (const auto& [network, subnet] : moved->subnets) {
    const auto& before = job.holding.subnets[network];
    if (before == subnet) continue;
    job.Warn("another network of this engine took " + before + ", reserved for network " + network + ": " +
             subnet + " is used");
  }
  job.holding.subnets = moved->subnets;
  EDM_CHECK(RenderAnew(job, release));
  release.final_digest = FinalDigestOf(job, release);
  return true;
}

Status BringUpWithSubnets(Job& job, ReleaseRecord& release, std::uint32_t& moves) {
  for (;; ++moves) {
    auto status = BringUp(job, release.number, WindowOf(job), job.stop);
    if (status.ok() || status.error().code != Code::kAborted) return status;
    if (moves == kSubnetMovesMax) {
      auto error = std::move(status).error();
      error.code = Code::kResourceExhausted;
      return error;
    }
    EDM_TRY(const bool is_moved, MoveSubnets(job, release));
    if (!is_moved) return status;
  }
}

Result<ReadyReport> Await(Job& job, const RunSpec& run, Millis timeout, std::stop_token stop) {
  return AwaitPatiently(job, {job.instance(), run.services, timeout}, "", stop);
}

// Whether the kept containers are exactly those of the release, so that starting them is all there is to do.
bool ContainersAreKept(const Job& job, const ReleaseRecord& release) {
  const auto containers = job.around.runtime.Containers(job.instance());
  if (!containers.ok() || containers->size() != release.run.services.size()) return false;
  return std::all_of(containers->begin(), containers->end(),
                     [&](const ContainerFacts& facts) { return IsOf(release, facts); });
}

// Nobody asked for so short a time.
Error HintAtMoreTime(Error error, const Job& job, const ReleaseRecord& release) {
  if (error.code == Code::kDeadlineExceeded && WindowOf(job) < release.run.ready_timeout)
    error.hint += "; no more time was given while nobody was served: health.time in edm.yaml gives more";
  return error;
}

// Compose would give it the whole time that its services have to stop. What both releases have runs on. Where
// more of the good one runs still, nothing was replaced yet.
Status StopWhatFailed(Job& job, const ReleaseRecord& good) {
  EDM_TRY(const auto containers, job.around.runtime.Containers(job.instance()));
  const auto& failed = job.holding.releases.at(job.release());
  std::set<std::string> shared;
  for (const auto& facts : containers) {
    if (!IsOf(good, facts)) continue;
    if (IsOf(failed, facts)) {
      shared.insert(facts.service);
    } else if (facts.state == ContainerState::kRunning) {
      return Ok();
    }
  }
  return job.around.runtime.StopBut(job.instance(), shared, kReplacedStopGrace);
}

// The host ports that it names may have been let go since it ran, and be another's.
Status ReserveAgain(Job& job, const ReleaseRecord& release) {
  EDM_TRY(auto reserved, job.around.addresses.Reserve(job.instance(), release.run.ports, {}));
  if (reserved.ports == job.holding.ports) return Ok();
  job.holding.ports = std::move(reserved.ports);
  return job.around.journal.PutHolding(job.holding);
}

}  // namespace

std::string FinalDigestOf(const Job& job, const ReleaseRecord& release) {
  Digest digest;
  digest.Add(job.settings.public_address).Add(job.settings.bind_address);
  for (const auto& [name, value] : job.attempt.order.environment) digest.Add(name).Add(value);
  digest.Add("ports");
  for (const auto& port : release.run.ports) {
    const auto name = PortName(port);
    const auto reserved = job.holding.ports.find(name);
    digest.Add(name).Add(reserved == job.holding.ports.end() ? "" : std::to_string(reserved->second));
  }
  digest.Add("subnets");
  for (const auto& [network, subnet] : job.holding.subnets) digest.Add(network).Add(subnet);
  digest.Add("images");
  for (const auto& image : release.images) digest.Add(image.service).Add(image.id);
  return digest.Hex();
}

Status Render(Job& job) {
  EDM_TRY(auto* found, FindRelease(job, job.release()));
  auto& release = *found;
  job.final_is_new = release.final_digest != FinalDigestOf(job, release);
  if (!job.final_is_new) return Ok();
  EDM_CHECK(RenderAnew(job, release));
  release.final_digest = FinalDigestOf(job, release);
  return Ok();
}

Status Up(Job& job) {
  auto& release = job.holding.releases[job.release()];
  job.holding.inspect_until.reset();
  if (!job.final_is_new && ContainersAreKept(job, release)) {
    return job.around.runtime.StartKept(job.instance(), job.stop);
  }
  EDM_CHECK(KeepStores(job, release));
  std::uint32_t moves = 0;
  return Unhindered(job, [&] { return BringUpWithSubnets(job, release, moves); });
}

Status AwaitReady(Job& job) {
  auto& release = job.holding.releases[job.release()];
  const auto& run = release.run;
  auto report = Await(job, run, WindowOf(job), job.stop);
  if (!report.ok()) {
    if (const auto containers = job.around.runtime.Containers(job.instance()); containers.ok()) {
      job.attempt.services = StatusOf(*containers, run);
    }
    return HintAtMoreTime(std::move(report).error(), job, release);
  }
  job.detail.clear();
  for (const auto& service : report->services) {
    if (!job.detail.empty()) job.detail += ", ";
    job.detail += service.service + " " + service.text;
  }
  if (auto containers = job.around.runtime.Containers(job.instance()); containers.ok()) {
    job.attempt.services = StatusOf(*containers, run);
    std::erase_if(*containers, [&](const ContainerFacts& facts) { return facts.release != release.number; });
    release.ready_took = StartTook(*containers, job.around.clock.Now(), report->took);
  }
  return Ok();
}

Status Restore(Job& job) {
  const auto good = job.attempt.order.good_release;
  EDM_TRY(const auto* found, FindRelease(job, good));
  EDM_CHECK(ReserveAgain(job, *found));
  // Nothing may cancel this, nor an engine that restarts: the instance would be left with neither release.
  const auto put_back = [&]() -> Status {
    EDM_CHECK(StopWhatFailed(job, *found));
    return Unhindered(job, [&] { return BringUp(job, good, {}, {}); });
  };
  EDM_CHECK(Patiently(job, put_back));
  EDM_TRY([[maybe_unused]] const auto report, Await(job, found->run, found->run.ready_timeout, {}));
  job.attempt.restored_release = good;
  job.Warn("release " + std::to_string(good) + " was put back");
  return Ok();
}

}  // namespace edm::worker
