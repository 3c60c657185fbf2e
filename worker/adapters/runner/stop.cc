#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/patience.h"
#include "worker/core/garbage.h"

namespace edm::worker {
namespace {

// As compose has it; a service's own stop_grace_period is in its container.
constexpr Seconds kStopGrace{10};

}  // namespace

Status Stop(Job& job) {
  const auto release = job.holding.releases.find(job.holding.running_release);
  const auto grace = release == job.holding.releases.end() ? kStopGrace : release->second.run.stop_grace;
  if (job.holding.trial_until) EDM_CHECK(DropTrial(job));
  // An engine that restarts may have stopped it without saying so: a restart must not end there.
  EDM_CHECK(Patiently(job, [&] { return job.around.runtime.Stop(job.instance(), grace); }));
  if (job.attempt.course == Course::kStop) job.holding.running_release = 0;
  return Ok();
}

Status Hold(Job& job) {
  job.holding.running_release = 0;
  const auto now = job.around.clock.Now();
  const bool is_first = !job.holding.inspect_until;
  // Should the engine be away now, they are removed once it is back.
  job.holding.inspect_until = now;
  auto stopped = job.around.runtime.Stop(job.instance(), kFailedStopGrace);
  if (!stopped.ok()) {
    if (is_first && IsOwed(Effect::kHold, job.attempt.order.singleton))
      job.Warn("it ends once its containers are stopped, as it must not run twice: " +
               ToString(stopped.error()));
    return stopped;
  }
  job.holding.inspect_until = now + kInspectionTime;
  job.Warn("the failed containers are kept, stopped, until " + FormatRfc3339(*job.holding.inspect_until));
  return Ok();
}

}  // namespace edm::worker
