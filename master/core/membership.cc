#include "master/core/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/version.h"
#include "common/model/protocol.h"
#include "master/core/begin_operation.h"
#include "master/core/enrolment.h"
#include "master/core/evict.h"
#include "master/core/loss.h"
#include "master/core/observe.h"
#include "master/core/own_moves.h"
#include "master/core/placement/promises.h"
#include "master/core/placement/sane.h"
#include "master/core/seat.h"
#include "master/core/wall_clock.h"

namespace edm::master {

namespace {

bool SameFacts(const WorkerFacts& a, const WorkerFacts& b) {
  return a.rpc_address == b.rpc_address && a.public_address == b.public_address && a.labels == b.labels &&
         a.cores == b.cores && a.gpus == b.gpus && a.architecture == b.architecture &&
         a.version == b.version && a.engine == b.engine && a.certificate_ends_at == b.certificate_ends_at;
}

// An attempt that was open when the worker or this master went away goes on where it was.
void Reattach(Draft& draft, const std::string& worker) {
  const auto open = draft.state().open.ids();
  for (const auto& id : open) {
    const auto record = draft.state().operations.Find(id);
    if (record && record->worker == worker && record->plan.stage == Stage::kAttempt)
      Advance(draft, *record, true);
  }
}

Error TooFarApart(const WorkerRegistered& report) {
  const auto spoken = SpokenBy(ThisVersion());
  const auto& own = ThisVersion().number;
  const auto& theirs = report.facts.version;
  return {Code::kFailedPrecondition,
          "worker " + report.facts.id,
          fmt::format("its version {} speaks protocol {}, this master's {} speaks {}", theirs,
                      report.protocol, own, ToString(spoken)),
          {},
          report.protocol < spoken.oldest
              ? fmt::format("upgrade edm-worker there to {}, or to the version before it", own)
              : fmt::format("upgrade edm-master to {}, or to the version before it", theirs)};
}

}  // namespace

Result<Accepted> OnRegistered(Draft& draft, const WorkerRegistered& report) {
  if (!Agree(SpokenBy(ThisVersion()), {report.protocol, report.protocol})) return TooFarApart(report);
  // It may have been removed, or joined over, since it was let in.
  if (!report.enrolment.empty())
    EDM_CHECK(CheckCertificate(draft.state(), report.facts.id, report.enrolment, draft.now().wall));
  EDM_CHECK(CheckOnlyOne(draft.state(), report, draft.now().steady));
  const auto found = draft.state().workers.Find(report.facts.id);
  WorkerRecord record = found ? *found : WorkerRecord{};
  auto facts = report.facts;
  for (const auto& [key, value] : record.given_labels) facts.labels[key] = value;
  const bool changed = !found || !SameFacts(record.facts, facts) || record.state == WorkerState::kLost;
  if (!found) record.joined_at = draft.now().wall;
  record.facts = std::move(facts);
  record.own_labels = report.facts.labels;
  record.protocol = report.protocol;
  record.session = report.session;
  record.seen = draft.now().steady;
  record.seen_at = draft.now().wall;
  if (record.state == WorkerState::kLost) record.back_at = draft.now().steady;
  record.state = WorkerState::kReady;
  draft.watch().removed.erase(report.facts.id);
  // There is room again for what found none.
  if (record.flaps == 0) RestIsOver(draft);
  if (changed) {
    ++record.revision;
    draft.Put(std::move(record));
  } else {
    draft.PutVolatile(std::move(record));
  }
  draft.Event({{}, "worker.ready", "", "", report.facts.id, ""});
  NoteAllCopies(draft, report.facts.id, report.observations);
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
  record.refused_why =
      WhyRefused(report.load, TrustsWallClock(draft) ? std::optional(draft.now().wall) : std::nullopt);
  if (record.refused_why.empty()) {
    record.refused_in_a_row = 0;
    TakeSample(record, report.load, draft.now().steady);
  } else {
    ++record.samples_refused;
    ++record.refused_in_a_row;
  }
  record.seen = draft.now().steady;
  record.seen_at = draft.now().wall;
  draft.PutVolatile(std::move(record));
  for (const auto& one : report.changed) {
    NoteCopy(draft, report.worker, one);
    Observe(draft, report.worker, one);
  }
  return Accepted{};
}

void ForgiveStall(Draft& draft) {
  const auto& last = draft.state().last_look;
  const auto stall = last ? draft.now().steady - last->steady : Millis(0);
  if (stall < kStallMin) return;
  for (const auto& worker : draft.state().workers.Records()) {
    auto changed = *worker;
    changed.seen = std::min<SteadyTime>(changed.seen + stall, draft.now().steady);
    draft.PutVolatile(std::move(changed));
  }
}

void JudgeBeats(Draft& draft) {
  const auto now = draft.now().steady;
  const auto& state = draft.state();
  const auto beats = state.settings.beat_interval * state.settings.beats_missed;
  std::vector<std::string> away;
  for (const auto& worker : state.workers.Records()) {
    if (worker->facts.rpc_address.empty()) continue;  // it joined, and has not registered yet
    const bool quiet = now - worker->seen > beats && now - state.started > beats * kGraceAfterStart;
    if (worker->state != WorkerState::kLost && !quiet) continue;
    if (worker->state != WorkerState::kLost) LoseWorker(draft, *worker);
    away.push_back(worker->facts.id);
  }
  for (const auto& [id, since] : state.watch.removed) away.push_back(id);
  if (away.empty()) return;
  const bool partitioned = SuspectsPartition(draft);
  for (const auto& id : away) CarryOnFrom(draft, id, partitioned);
  std::erase_if(draft.watch().removed, [&](const auto& one) { return IsFenced(state, one.first, now); });
}

}  // namespace edm::master
