#include "worker/adapters/runner/attempt_runner.h"

#include "worker/core/admission.h"

namespace edm::worker {
namespace {

Error Stopping() {
  return {.code = Code::kUnavailable,
          .object = "worker",
          .cause = "it is stopping",
          .hint = "the order is taken again once it is back"};
}

Error SupersededBy(const Order& order) {
  return {.code = Code::kCancelled,
          .object = "instance " + order.instance,
          .cause = "superseded by " + order.operation,
          .hint = "watch " + order.operation};
}

constexpr std::size_t kEventsAtOnce = 512;

bool Builds(Effect effect) {
  return effect == Effect::kFetch || effect == Effect::kJudge || effect == Effect::kBuild;
}

}  // namespace

AttemptRunner::AttemptRunner(const Surroundings& around, RunnerSettings settings, EngineView& view)
    : around_(around), settings_(std::move(settings)), view_(view), fence_(settings_.fence) {}

Status AttemptRunner::Assign(Order order) {
  const Lock lock(mutex_);
  if (stopping_) return Stopping();
  ForgetDeletedFor(order);
  const auto found = slots_.find(order.instance);
  AdmissionFacts facts{.highest_epoch = epoch_};
  if (found != slots_.end() && !found->second.attempts.empty()) {
    facts.newest_attempt = found->second.attempts.rbegin()->first;
    const auto same = found->second.attempts.find(order.attempt);
    facts.known = same != found->second.attempts.end();
    facts.same_operation = !facts.known || same->second.order.operation == order.operation;
  }
  EDM_TRY(const auto admission, Admit(order.epoch, order.instance, order.attempt, facts));
  if (order.epoch > epoch_) {
    EDM_CHECK(around_.journal.PutEpoch(order.epoch));
    epoch_ = order.epoch;
  }
  if (admission == Admission::kJoin) {
    if (facts.known) TellEndAgain(found->second.attempts.at(order.attempt));
    return Ok();
  }
  const bool is_new = found == slots_.end();
  auto& slot = slots_[order.instance];
  const auto instance = order.instance;
  auto status = Admitted(slot, std::move(order));
  if (!status.ok() && is_new) slots_.erase(instance);
  return status;
}

// A power cut may have taken the end from the history, and left it in the journal.
void AttemptRunner::TellEndAgain(const AttemptRecord& record) {
  if (!record.ended()) return;
  const AttemptKey key{record.order.instance, record.order.attempt};
  std::uint32_t cursor = 0;
  while (true) {
    const auto events = around_.events.Read(key, cursor, kEventsAtOnce);
    if (!events.ok()) return;
    if (events->empty()) break;
    if (std::holds_alternative<AttemptEnd>(events->back().what)) return;
    cursor = events->back().cursor;
  }
  around_.events.Append(key, {.time = record.ended_at.value_or(around_.clock.Now()), .what = *record.end});
}

void AttemptRunner::ForgetDeletedFor(const Order& order) {
  const auto found = slots_.find(order.instance);
  if (found == slots_.end() || found->second.current != 0 || !found->second.IsGone()) return;
  const auto same = found->second.attempts.find(order.attempt);
  const bool is_known =
      same != found->second.attempts.end() && same->second.order.operation == order.operation;
  if (!is_known && order.epoch >= epoch_) Forget(order.instance);
}

Status AttemptRunner::Admitted(Slot& slot, Order order) {
  if (slot.holding.instance.empty() || slot.IsGone()) slot.holding = Holding{.instance = order.instance};
  slot.holding.owner = order.owner;
  slot.holding.project = order.project;
  auto record = NewAttempt(std::move(order));
  record.due = DueOf(record.order);
  record.phase = Phase::kPlaced;
  EDM_CHECK(around_.journal.Put(record, slot.holding));
  const auto number = record.order.attempt;
  const auto& kept = slot.attempts[number] = std::move(record);
  if (around_.witness != nullptr) around_.witness->OrderTaken(kept.order);
  if (slot.current != 0) {
    if (slot.waiting != 0) EndWaiting(slot, SupersededBy(kept.order));
    Supersede(slot, kept.order);
    slot.waiting = number;
    return Ok();
  }
  slot.current = number;
  slot.stop = std::stop_source();
  slot.stopped_by.reset();
  PostNext(slot.holding.instance, slot);
  return Ok();
}

SteadyTime AttemptRunner::DueOf(const Order& order) const {
  return order.time_left ? around_.clock.Steady() + *order.time_left : SteadyTime::max();
}

void AttemptRunner::Supersede(Slot& slot, const Order& by) { slot.RequestStop(SupersededBy(by)); }

// A waiting attempt has done nothing, so there is nothing to undo.
void AttemptRunner::EndWaiting(Slot& slot, const Error& reason) {
  auto& record = slot.attempts[slot.waiting];
  record.failure = reason;
  record.failed_as = Phase::kCancelled;
  record.end = EndOf(record, slot.holding);
  record.ended_at = around_.clock.Now();
  const AttemptEvent event{.time = *record.ended_at, .what = *record.end};
  around_.events.Append({slot.holding.instance, slot.waiting}, event);
  if (around_.witness != nullptr) around_.witness->Happened(record.order, event);
  // Should this not reach the disk, the attempt is ended again after the next start: a newer one waits.
  [[maybe_unused]] const auto status = around_.journal.Put(record, slot.holding);
  slot.waiting = 0;
  slot.waiting_stopped_by.reset();
}

Status AttemptRunner::Cancel(std::uint32_t epoch, const std::string& instance, std::uint32_t attempt,
                             const std::string& reason) {
  const Lock lock(mutex_);
  EDM_CHECK([&]() -> Status {
    EDM_TRY([[maybe_unused]] const auto admission,
            Admit(epoch, instance, attempt, {.highest_epoch = epoch_, .newest_attempt = attempt}));
    return Ok();
  }());
  const auto found = slots_.find(instance);
  if (found == slots_.end()) return Ok();
  auto& slot = found->second;
  const Error error{.code = Code::kCancelled,
                    .object = "instance " + instance,
                    .cause = reason.empty() ? "cancelled" : reason,
                    .hint = "nothing that ran before was changed"};
  // Its end says what runs, which is known only once the attempt before it has ended.
  if (slot.waiting == attempt && !slot.waiting_stopped_by) slot.waiting_stopped_by = error;
  if (slot.current == attempt) slot.RequestStop(error);
  return Ok();
}

void AttemptRunner::PostNext(const std::string& instance, Slot& slot) {
  if (slot.busy || stopping_) return;
  std::function<void()> task;
  auto* executor = &around_.quick;
  if (slot.current != 0) {
    const auto& record = slot.attempts[slot.current];
    if (Builds(NextEffect(record.course, record.done))) executor = &around_.builds;
    task = [this, instance] { RunStep(instance); };
  } else if (slot.errand != Errand::kNone) {
    task = [this, instance] { RunErrand(instance); };
  } else {
    return;
  }
  // A full queue: Tick tries again.
  slot.busy = executor->Post(std::move(task));
}

void AttemptRunner::StartWaiting(Slot& slot) {
  slot.current = slot.waiting;
  slot.waiting = 0;
  slot.stop = std::stop_source();
  slot.stopped_by.reset();
  slot.workload.reset();
  slot.final_is_new = true;
  slot.step_started.reset();
  slot.step_detail.clear();
}

std::unique_ptr<Job> AttemptRunner::Take(Slot& slot) {
  return std::unique_ptr<Job>(new Job{.around = around_,
                                      .settings = settings_,
                                      .attempt = slot.attempts[slot.current],
                                      .holding = slot.holding,
                                      .stop = slot.stop.get_token(),
                                      .workload = slot.workload,
                                      .final_is_new = slot.final_is_new,
                                      .mirrors_of_others = TemplatesOfOthers(slot.holding.instance),
                                      .detail = slot.step_detail});
}

std::set<std::string> AttemptRunner::TemplatesOfOthers(const std::string& instance) const {
  std::set<std::string> names;
  for (const auto& [other, slot] : slots_) {
    if (other == instance || slot.IsGone()) continue;
    for (const auto& [number, release] : slot.holding.releases) names.insert(release.template_name);
    if (const auto* newest = slot.Newest()) names.insert(newest->order.template_name);
  }
  return names;
}

void AttemptRunner::Stop() {
  const Lock lock(mutex_);
  stopping_ = true;
  for (auto& [instance, slot] : slots_) slot.stop.request_stop();
}

}  // namespace edm::worker
