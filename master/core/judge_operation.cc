#include "master/core/judge_operation.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "common/model/names.h"
#include "master/core/begin_operation.h"
#include "master/core/each_worker.h"
#include "master/core/members.h"
#include "master/core/not_as_it_is.h"
#include "master/core/open_delete.h"
#include "master/core/placement/plan.h"
#include "master/core/releases.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

// Built, and meant to be no more: a start that nobody heard the end of may still be on its way.
bool IsOnlyBuilt(const InstanceStatus& status) {
  return status.phase == Phase::kBuilt && status.desired == Target::kBuilt;
}

bool Runs(const InstanceStatus& status) { return status.phase == Phase::kRunning; }

// An order that was taken back before its worker said a word may come through after all: what it does is
// undone by a newer one only.
bool MayComeThrough(const InstanceRecord& record) { return record.instance.status.attempt < record.attempts; }

// Whether somebody is about to change what the status says.
bool IsBusy(const State& state, const std::string& instance) {
  return std::ranges::any_of(OpenOf(state, instance), [](const auto& record) {
    return NeedsWorker(record->operation.kind, record->plan.until);
  });
}

// The one that its set starts, or the newest that may be.
Result<std::uint32_t> ReleaseFor(const State& state, const Begin& begin, const InstanceRecord& record) {
  if (!begin.part_of.empty() && begin.release != 0) return begin.release;
  return ReleaseToStart(state, record);
}

Error StaysWithItsWorker(const std::string& member) {
  return NotAsItIs(
      member,
      "it is the one that " + SetOf(member) + " has on this worker, and each other worker has its own",
      "edmctl worker drain, or take a label away: it goes then");
}

Result<Verdict> JudgeCopy(const State& state, const Begin& begin, const InstanceRecord& record) {
  const auto& status = record.instance.status;
  const bool busy = IsBusy(state, record.instance.id);
  Verdict verdict;
  switch (begin.kind) {
    case OperationKind::kBuild:
      if (!begin.part_of.empty()) return Verdict{begin.release};
      if (status.source.commit.empty()) {
        return NotAsItIs(record.instance.id, "it has no source yet",
                         "edmctl deploy DIR, or upload a source first");
      }
      return verdict;
    case OperationKind::kStart: {
      EDM_TRY(verdict.release, ReleaseFor(state, begin, record));
      verdict.done = !busy && Runs(status) && status.release == verdict.release && !MayComeThrough(record);
      verdict.note = "it runs already";
      return verdict;
    }
    case OperationKind::kRestart: {
      EDM_TRY(verdict.release, ReleaseFor(state, begin, record));
      return verdict;
    }
    case OperationKind::kRollback: {
      if (!begin.part_of.empty()) return Verdict{begin.release};
      EDM_TRY(verdict.release, ReleaseToRollBackTo(state, record, begin.release));
      return verdict;
    }
    case OperationKind::kStop:
      verdict.done =
          !busy && (status.worker.empty() ||
                    ((status.phase == Phase::kStopped || IsOnlyBuilt(status)) && !MayComeThrough(record)));
      verdict.note = "it does not run";
      return verdict;
    case OperationKind::kMove: {
      if (IsBoundToItsWorker(state, record.instance.id)) return StaysWithItsWorker(record.instance.id);
      EDM_TRY(verdict.move, JudgeMove(state, begin, record));
      verdict.release = verdict.move->release;
      verdict.done = verdict.move->is_there;
      verdict.note = "it is there already";
      return verdict;
    }
    default:
      verdict.release = begin.part_of.empty() ? 0 : begin.release;
      return verdict;
  }
}

Error HasMembers(const InstanceRecord& record, std::string cause) {
  const auto& id = record.instance.id;
  return NotAsItIs(id, "it has members, and " + std::move(cause),
                   "name a member, as " + MemberOf(id, 1) + "; edmctl show " + id + " lists them");
}

// Those that are new run what the others run.
Result<Verdict> JudgeScale(const State& state, const Begin& begin, const InstanceRecord& record) {
  EDM_CHECK(CheckScale(state, record, begin.replicas));
  Verdict verdict{record.instance.status.release};
  if (verdict.release != 0) return verdict;
  if (const auto release = ReleaseToStart(state, record); release.ok()) verdict.release = *release;
  return verdict;
}

// What each member has to do itself is judged when its turn comes.
Result<Verdict> JudgeSet(const State& state, const Begin& begin, const InstanceRecord& record) {
  Verdict verdict;
  switch (begin.kind) {
    case OperationKind::kBuild:
      return JudgeCopy(state, begin, record);
    case OperationKind::kStart:
    case OperationKind::kRestart: {
      EDM_TRY(verdict.release, ReleaseToStart(state, record));
      return verdict;
    }
    case OperationKind::kRollback: {
      EDM_TRY(verdict.release, ReleaseToRollBackTo(state, record, begin.release));
      return verdict;
    }
    case OperationKind::kMove:
      return HasMembers(record, "they move one by one");
    default:
      return verdict;
  }
}

// Members have what their set has, so that alone they are only started, stopped and moved; and deleted where
// only that ends what their data keep.
Status CheckMayAlone(const State& state, const Begin& begin) {
  if (!IsMember(begin.instance) || !begin.part_of.empty()) return Ok();
  const auto kind = begin.kind;
  const bool may = kind == OperationKind::kStart || kind == OperationKind::kStop ||
                   kind == OperationKind::kRestart || kind == OperationKind::kMove;
  const bool is_left = kind == OperationKind::kDelete && IsLeftWithItsData(state, begin.instance);
  if (!may && !is_left) return BelongsToSet(begin.instance);
  const auto leaving = OpenDelete(state, SetOf(begin.instance));
  return leaving ? Status(IsLeaving(begin.instance, leaving->operation.id)) : Ok();
}

Error IsOfMembers(const Begin& begin) {
  return {Code::kInvalidArgument,
          "plan revision " + Shown(begin.plan_revision),
          "it is of an instance with members, and " + begin.instance + " has none",
          {},
          "give the one that edmctl plan " + begin.instance + " shows"};
}

}  // namespace

Error IsLeaving(const std::string& instance, const std::string& operation) {
  return NotAsItIs(instance, "it is being deleted", "wait for operation " + operation);
}

Result<Verdict> JudgeOperation(const State& state, const Begin& begin, const InstanceRecord& record) {
  EDM_CHECK(CheckMayAlone(state, begin));
  if (begin.kind == OperationKind::kScale) return JudgeScale(state, begin, record);
  if (IsSet(record.instance)) return JudgeSet(state, begin, record);
  if (SplitRevision(begin.plan_revision).size() > 1) return IsOfMembers(begin);
  return JudgeCopy(state, begin, record);
}

}  // namespace edm::master
