#include "master/core/membership.h"

#include <fmt/format.h>

#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/observe.h"
#include "master/core/placement/place.h"
#include "master/core/placement/promises.h"

namespace edm::master {
namespace {

bool SameFacts(const WorkerFacts& a, const WorkerFacts& b) {
  return a.rpc_address == b.rpc_address && a.public_address == b.public_address && a.labels == b.labels &&
         a.cores == b.cores && a.architecture == b.architecture && a.version == b.version &&
         a.engine == b.engine;
}

// An attempt that was open when the worker or this master went away goes on where it was.
void Reattach(Draft& draft, const std::string& worker) {
  const auto open = draft.state().open;
  for (const auto& id : open) {
    const auto record = draft.state().operations.Find(id);
    if (record && record->worker == worker && record->plan.stage == Stage::kAttempt)
      Advance(draft, *record, true);
  }
}

void LoseWorker(Draft& draft, WorkerRecord record) {
  record.state = WorkerState::kLost;
  record.lost_at = draft.now().steady;
  record.session.clear();
  const auto id = record.facts.id;
  draft.Put(std::move(record));
  draft.Event({{}, "worker.lost", "", "", id, "no beat came for a while"});
  const auto instances = draft.state().instances.all();
  for (const auto& [name, instance] : instances) {
    const auto& status = instance->instance.status;
    if (status.worker != id || status.phase != Phase::kRunning || status.health == Health::kUnknown) continue;
    auto changed = *instance;
    changed.instance.status.health = Health::kUnknown;
    draft.PutStatus(std::move(changed));
  }
}

void EndAttemptsOn(Draft& draft, const std::string& worker) {
  const auto open = draft.state().open;
  for (const auto& id : open) {
    const auto found = draft.state().operations.Find(id);
    if (found == nullptr || found->worker != worker || found->plan.stage != Stage::kAttempt) continue;
    const auto instance = draft.state().instances.Find(found->operation.instance);
    if (instance && instance->instance.status.attempt == found->attempt) {
      auto changed = *instance;
      changed.instance.status.phase = Phase::kLost;
      draft.PutStatus(std::move(changed));
    }
    CancelAttemptOf(draft, *found, "the master lost sight of this worker", true);
    EndOperation(draft, *found, OperationState::kFailed,
                 Error{Code::kUnavailable,
                       "worker " + worker,
                       "it fell silent during the attempt",
                       {},
                       "when it is back (edmctl worker ls), try again"});
  }
}

}  // namespace

Result<Accepted> OnRegistered(Draft& draft, const WorkerRegistered& report) {
  if (report.protocol != kProtocol) {
    return Error{Code::kFailedPrecondition,
                 "worker " + report.facts.id,
                 fmt::format("it speaks protocol {}, this master {}", report.protocol, kProtocol),
                 {},
                 "install the same release of edm on both"};
  }
  const auto found = draft.state().workers.Find(report.facts.id);
  WorkerRecord record = found ? *found : WorkerRecord{};
  const bool changed = !found || !SameFacts(record.facts, report.facts) || record.state == WorkerState::kLost;
  if (!found) record.joined_at = draft.now().wall;
  record.facts = report.facts;
  record.protocol = report.protocol;
  record.session = report.session;
  record.seen = draft.now().steady;
  record.seen_at = draft.now().wall;
  if (record.state == WorkerState::kJoining || record.state == WorkerState::kLost)
    record.state = WorkerState::kReady;
  if (changed) {
    ++record.revision;
    draft.Put(std::move(record));
  } else {
    draft.PutVolatile(std::move(record));
  }
  draft.Event({{}, "worker.ready", "", "", report.facts.id, ""});
  ObserveAll(draft, report.facts.id, report.observations);
  Reattach(draft, report.facts.id);
  return Accepted{};
}

Result<Accepted> OnBeat(Draft& draft, const WorkerBeat& report) {
  const auto found = draft.state().workers.Find(report.worker);
  if (found == nullptr || found->session.empty() || found->session != report.session) {
    return Error{Code::kFailedPrecondition,
                 "worker " + report.worker,
                 "this master does not know the session",
                 {},
                 "register again"};
  }
  auto record = *found;
  if (IsSane(report.load)) {
    TakeSample(record, report.load, draft.now().steady);
  } else {
    ++record.samples_refused;
  }
  record.seen = draft.now().steady;
  record.seen_at = draft.now().wall;
  draft.PutVolatile(std::move(record));
  for (const auto& one : report.changed) Observe(draft, report.worker, one);
  return Accepted{};
}

void JudgeBeats(Draft& draft) {
  const auto now = draft.now().steady;
  const auto& state = draft.state();
  const auto beats = state.settings.beat_interval * kMissedBeatsMax;
  const auto workers = state.workers.all();
  for (const auto& [id, worker] : workers) {
    const bool quiet = now - worker->seen > beats && now - state.started > beats * kGraceAfterStart;
    if (worker->state != WorkerState::kLost) {
      if (quiet) LoseWorker(draft, *worker);
    } else if (now - worker->lost_at > kLostPatience) {
      EndAttemptsOn(draft, id);
    }
  }
}

}  // namespace edm::master
