#include "worker/adapters/runner/effects.h"
#include "worker/core/observe.h"
#include "worker/core/unchanged.h"

namespace edm::worker {
namespace {

// What runs answers at once; what does not is deployed anew.
constexpr Millis kReadyWithin{1'000};

bool IsReady(const Job& job, const RunSpec& run) {
  return job.around.readiness.AwaitReady({job.instance(), run.services, kReadyWithin}, {}, job.stop).ok();
}

std::set<std::string> NamesOf(const std::map<std::string, std::string>& inputs) {
  std::set<std::string> names;
  for (const auto& [name, id] : inputs) names.insert(name);
  return names;
}

}  // namespace

std::map<std::string, std::string> IdsOf(const Job& job, const std::set<std::string>& images) {
  std::map<std::string, std::string> ids;
  for (const auto& image : images) {
    auto id = job.around.runtime.ImageId(image);
    ids[image] = id.ok() ? std::move(id).value() : "";
  }
  return ids;
}

// Every doubt leads to a deploy in full.
Status Compare(Job& job) {
  const auto* release = ReleaseToKeep(job.attempt.order, job.holding);
  if (release == nullptr || release->final_digest != FinalDigestOf(job, *release)) return Ok();
  const auto containers = job.around.runtime.Containers(job.instance());
  if (!containers.ok() || !AllRun(*release, *containers)) return Ok();
  if (!SameInputs(*release, IdsOf(job, NamesOf(release->inputs))) || !IsReady(job, release->run)) return Ok();
  job.attempt.course = Course::kKeep;
  job.attempt.services = StatusOf(*containers, release->run);
  job.Emit(Step{.name = "start",
                .state = StepState::kDone,
                .detail = "nothing changed: release " + std::to_string(release->number) + " runs on"});
  return Ok();
}

}  // namespace edm::worker
