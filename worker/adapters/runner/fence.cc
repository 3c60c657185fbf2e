#include "worker/adapters/runner/attempt_runner.h"

namespace edm::worker {
namespace {

// Of what stops by itself: another copy may be about to start.
constexpr Seconds kFenceGrace{2};

bool StartsContainers(Effect effect) {
  return effect == Effect::kUp || effect == Effect::kRestore || effect == Effect::kTry;
}

}  // namespace

void AttemptRunner::Heard(SteadyTime at, std::optional<Millis> after) {
  {
    const Lock lock(mutex_);
    fence_.heard = at;
    fence_.after = FenceAfter(settings_.fence.after, after);
  }
  if (settings_.keep_contact) settings_.keep_contact(at);
}

void AttemptRunner::SawEpoch(std::uint32_t epoch) {
  const Lock lock(mutex_);
  // What is not on disk now is with the next order.
  if (epoch > epoch_ && around_.journal.PutEpoch(epoch).ok()) epoch_ = epoch;
}

bool AttemptRunner::FenceIsClosed() const { return IsClosed(fence_, around_.clock.Steady()); }

Error AttemptRunner::Fenced(const std::string& instance) const {
  return {.code = Code::kUnavailable,
          .object = "instance " + instance,
          .cause = "no master was heard for " + FormatDuration(fence_.after) + ", and it must not run twice",
          .hint = "see that a master leads and can be reached, then start it again"};
}

Status AttemptRunner::CheckFence(const Job& job, Effect effect) const {
  const Lock lock(mutex_);
  if (!StartsContainers(effect) || !job.attempt.order.singleton || !FenceIsClosed()) return Ok();
  return Fenced(job.attempt.order.instance);
}

void AttemptRunner::KeepFence(const std::string& instance, Slot& slot) {
  const auto* newest = slot.Newest();
  if (newest == nullptr) return;
  const auto current = slot.attempts.find(slot.current);
  const bool under_way = slot.current != 0 && current != slot.attempts.end();
  const auto& order = under_way ? current->second.order : newest->order;
  switch (MoveOf({.closed = FenceIsClosed(),
                  .singleton = order.singleton,
                  .brings_up = under_way && order.target == Target::kRunning,
                  .runs = !under_way && slot.holding.running_release != 0})) {
    case FenceMove::kNone:
      return;
    case FenceMove::kBreakOff:
      return slot.RequestStop(Fenced(instance));
    case FenceMove::kStop:
      slot.errand = Errand::kFence;
  }
}

bool AttemptRunner::MustStayStopped(const Slot& slot) const {
  const auto* newest = slot.Newest();
  return newest != nullptr && newest->order.singleton && FenceIsClosed();
}

Status AttemptRunner::StopFenced(Holding& holding) {
  EDM_CHECK(around_.runtime.Stop(holding.instance, kFenceGrace));
  holding.running_release = 0;
  EDM_CHECK(around_.journal.PutHolding(holding));
  return view_.Refresh(holding.instance);
}

}  // namespace edm::worker
