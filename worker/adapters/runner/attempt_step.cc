#include "worker/adapters/runner/attempt_runner.h"
#include "worker/adapters/runner/perform.h"
#include "worker/core/recovery.h"
#include "worker/core/step.h"

namespace edm::worker {
namespace {

// What an attempt tells when putting the good release back failed as well.
void AddToEvidence(Error& failure, Effect effect, const Error& error) {
  constexpr std::size_t kEvidenceLinesMax = 60;
  if (failure.evidence.size() >= kEvidenceLinesMax) return;
  failure.evidence.push_back(std::string(EffectName(effect)) + " failed as well: " + ToString(error));
}

}  // namespace

void AttemptRunner::RunStep(const std::string& instance) {
  std::unique_ptr<Job> job;
  {
    const Lock lock(mutex_);
    if (stopping_) return;
    job = Take(slots_[instance]);
  }
  const auto effect = NextEffect(job->attempt.course, job->attempt.done);
  if (effect == Effect::kEnd || effect == Effect::kNone) {
    End(*job);
    Return(std::move(job));
    return;
  }
  Begin(*job, effect);
  auto status = PerformUnlessStopped(*job, effect);
  {
    // The journal says where to go on: what a stopping worker broke off is no failure of the attempt.
    const Lock lock(mutex_);
    if (stopping_) return;
  }
  job->is_owed = !status.ok() && IsOwed(effect, job->attempt.order.singleton);
  if (status.ok()) {
    Succeeded(*job, effect);
  } else if (!job->is_owed) {
    Failed(*job, effect, std::move(status).error());
  }
  if (auto kept = around_.journal.Put(job->attempt, job->holding); !kept.ok()) {
    job->Warn("the journal cannot be written: " + ToString(kept.error()));
    if (job->attempt.course <= Course::kRestart) Failed(*job, effect, std::move(kept).error());
  }
  Return(std::move(job));
}

void AttemptRunner::Begin(Job& job, Effect effect) {
  const auto step = StepOf(job.attempt.course, effect);
  {
    const Lock lock(mutex_);
    auto& started = slots_[job.instance()].step_started;
    const bool first =
        job.attempt.done == Effect::kNone || StepOf(job.attempt.course, job.attempt.done) != step;
    if (step.empty()) {
      started.reset();
    } else if (first || !started) {
      started = around_.clock.Now();
      job.Emit(Step{.name = std::string(step), .state = StepState::kRunning, .started_at = started});
    }
  }
  if (const auto phase = PhaseDuring(job.attempt.course, effect)) job.Reach(*phase);
}

Status AttemptRunner::PerformUnlessStopped(Job& job, Effect effect) {
  const bool cancellable = IsCancellable(job.attempt.course, effect);
  if (!cancellable && !IsCutShort(effect)) job.stop = {};
  auto status = CheckFence(job, effect);
  if (cancellable && job.stop.stop_requested()) {
    status = Error{.code = Code::kCancelled, .object = "instance " + job.instance(), .cause = "cancelled"};
  }
  if (status.ok()) status = Perform(effect, job);
  if (effect == Effect::kUp || effect == Effect::kStop || effect == Effect::kAwaitReady ||
      effect == Effect::kRemove || effect == Effect::kRestore || effect == Effect::kHold) {
    // What the engine does not answer now, its events will bring.
    [[maybe_unused]] const auto refreshed = view_.Refresh(job.instance());
  }
  return status;
}

void AttemptRunner::Succeeded(Job& job, Effect effect) {
  if (const auto phase = PhaseAfter(job.attempt.course, effect)) job.Reach(*phase);
  if (EndsStep(job.attempt.course, effect)) {
    const Lock lock(mutex_);
    auto& slot = slots_[job.instance()];
    job.Emit(Step{.name = std::string(StepOf(job.attempt.course, effect)),
                  .state = StepState::kDone,
                  .detail = job.detail,
                  .started_at = slot.step_started,
                  .ended_at = around_.clock.Now()});
    job.detail.clear();
  }
  job.attempt.done = effect;
}

void AttemptRunner::Failed(Job& job, Effect effect, Error error) {
  const Lock lock(mutex_);
  auto& slot = slots_[job.instance()];
  bool cancelled = false;
  if (slot.stopped_by && error.code == Code::kCancelled) {
    error = *slot.stopped_by;
    cancelled = true;
  }
  FallbackFacts facts{.has_good = CanGoBack(job.attempt.order, job.holding),
                      .singleton = job.attempt.order.singleton};
  if (slot.waiting != 0 && !slot.waiting_stopped_by)
    facts.stop_or_delete_waits = slot.attempts[slot.waiting].order.target >= Target::kStopped;
  const auto step = StepOf(job.attempt.course, effect);
  if (!step.empty()) {
    job.Emit(Step{.name = std::string(step),
                  .state = StepState::kFailed,
                  .detail = error.cause,
                  .started_at = slot.step_started,
                  .ended_at = around_.clock.Now()});
  }
  const auto course = CourseAfter(job.attempt.course, effect, facts);
  if (!course && !job.attempt.failure)
    job.Warn(std::string(EffectName(effect)) + " failed: " + ToString(error));
  if (job.attempt.failure) {
    AddToEvidence(*job.attempt.failure, effect, error);
  } else if (course) {
    job.attempt.failed_as = PhaseOfFailure(effect, error.code, cancelled);
    job.attempt.failure = std::move(error);
  }
  job.attempt.done = course ? Effect::kNone : effect;
  if (course) job.attempt.course = *course;
}

void AttemptRunner::End(Job& job) {
  job.attempt.end = EndOf(job.attempt, job.holding);
  job.attempt.ended_at = around_.clock.Now();
  job.attempt.done = Effect::kEnd;
  // Shown before it is kept: after a crash between the two it is shown again, and readers stop at the first.
  job.Emit(*job.attempt.end);
  auto status = around_.journal.Put(job.attempt, job.holding);
  if (status.ok() && job.attempt.end->phase == Phase::kDeleted) {
    status = around_.journal.DropHolding(job.instance());
  }
  if (!status.ok()) job.Warn("the journal cannot be written: " + ToString(status.error()));
}

void AttemptRunner::Return(std::unique_ptr<Job> job) {
  const Lock lock(mutex_);
  const auto instance = job->instance();
  auto& slot = slots_[instance];
  const bool ended = job->attempt.ended();
  slot.attempts[job->attempt.order.attempt] = std::move(job->attempt);
  slot.holding = std::move(job->holding);
  slot.workload = std::move(job->workload);
  slot.final_is_new = job->final_is_new;
  slot.step_detail = std::move(job->detail);
  slot.busy = false;
  if (ended) {
    const auto& last = slot.attempts[slot.current];
    if (last.end->phase == Phase::kDeleted) {
      slot.holding = Holding{.instance = instance};
      slot.errand = Errand::kNone;
    }
    // What is kept now is asked of the master anew.
    if (slot.errand == Errand::kDropReleases) slot.errand = Errand::kNone;
    slot.is_unsure = true;
    // The engine may have done all the same what it refused, or half of it.
    if (LeavesDoubt(last) && slot.errand == Errand::kNone) slot.errand = Errand::kRecover;
    if (slot.waiting_stopped_by) EndWaiting(slot, *slot.waiting_stopped_by);
    StartWaiting(slot);
    DropOldAttempts(slot);
  }
  if (!job->is_owed) PostNext(instance, slot);  // else Tick does
  ForgetIfDelivered(instance);
}

}  // namespace edm::worker
