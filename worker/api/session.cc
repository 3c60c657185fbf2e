#include "worker/api/session.h"

#include "worker/core/observe.h"

namespace edm::worker {
namespace {

// The certificate is worth nothing any more: it was removed or replaced, or its time is over.
bool IsShutOut(const Error& error) {
  return error.code == Code::kPermissionDenied || error.code == Code::kUnauthenticated;
}

std::vector<std::string> NamesOf(const Attempts::Unsure& unsure) {
  std::vector<std::string> names;
  for (const auto& [instance, attempt] : unsure) names.push_back(instance);
  return names;
}

}  // namespace

void Session::SetEngine(EngineFacts engine) {
  const std::lock_guard lock(mutex_);
  engine_ = std::move(engine);
}

WorkerFacts Session::Facts() const {
  auto facts = facts_;
  const std::lock_guard lock(mutex_);
  facts.engine = engine_;
  return facts;
}

MasterClock Session::master_clock() const {
  const std::lock_guard lock(mutex_);
  return master_clock_;
}

Millis Session::Beat() {
  if (!is_registered() || Facts().engine != told_engine_) return Register();
  const auto seen = sources_.attempts.Observations();
  const auto changed = Changed(seen);
  const auto asked = sources_.clock.Steady();
  const auto unsure = sources_.attempts.AreUnsure();
  const auto answer = sources_.link.Heartbeat(registration_.session, SampleLoad(), changed, NamesOf(unsure));
  if (answer.ok()) {
    Heard(asked, answer->epoch, answer->fence_after);
    if (!answer->kept.empty()) sources_.attempts.Keep(answer->epoch, unsure, answer->kept);
    Told(seen);
    return registration_.beat_interval;
  }
  if (answer.error().code == Code::kFailedPrecondition) {
    registration_ = {};
    return Register();
  }
  if (IsShutOut(answer.error())) registration_ = {};
  return Failed(answer.error());
}

Millis Session::Register() {
  const auto seen = sources_.attempts.Observations();
  const auto facts = Facts();
  const auto asked = sources_.clock.Steady();
  auto registration = sources_.link.Register(facts, seen);
  if (!registration.ok()) return Failed(registration.error());
  Heard(asked, registration->epoch, registration->fence_after);
  if (registration->time) {
    const std::lock_guard lock(mutex_);
    master_clock_.Heard(*registration->time, sources_.clock.Steady());
  }
  told_engine_ = facts.engine;
  registration_ = std::move(*registration);
  Told(seen);
  // The first load follows at once: nothing is placed on a worker whose load is not known.
  return Millis(0);
}

// By when it was asked: the answer may have waited on its way.
void Session::Heard(SteadyTime asked, std::uint32_t epoch, std::optional<Millis> fence_after) {
  sources_.attempts.SawEpoch(epoch);
  sources_.attempts.Heard(asked, fence_after);
}

Millis Session::Failed(const Error& error) {
  trouble_ = ToString(error);
  return kReconnect.After(++failures_);
}

void Session::Told(const std::vector<Observation>& seen) {
  told_.clear();
  for (const auto& observation : seen) told_[observation.instance] = observation;
  failures_ = 0;
  trouble_.clear();
}

std::vector<Observation> Session::Changed(const std::vector<Observation>& seen) const {
  std::vector<Observation> changed;
  auto gone = told_;
  for (const auto& observation : seen) {
    const auto found = told_.find(observation.instance);
    if (found == told_.end() || !SameObservation(found->second, observation)) changed.push_back(observation);
    gone.erase(observation.instance);
  }
  // Nothing of it is here any more, whatever was told of it before.
  for (const auto& [instance, before] : gone) {
    changed.push_back({.instance = instance,
                       .attempt = before.attempt,
                       .phase = Phase::kDeleted,
                       .operation = before.operation});
  }
  return changed;
}

Load Session::SampleLoad() {
  auto load = sources_.load.Sample();
  const auto counts = sources_.attempts.Count();
  load.running = counts.running;
  load.building = counts.building;
  load.networks_free = sources_.addresses.SubnetsFree();
  return load;
}

}  // namespace edm::worker
