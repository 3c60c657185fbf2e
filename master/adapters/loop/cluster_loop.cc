#include "master/adapters/loop/cluster_loop.h"

#include <utility>

#include "master/core/decide.h"
#include "master/core/needs_room.h"

namespace edm::master {
namespace {

Error TooBusy() {
  return {Code::kResourceExhausted, "master", "65,536 requests wait already", {}, "try again a little later"};
}

bool ChangesView(const Decision& decision, bool is_quiet) { return !is_quiet || !decision.changes.empty(); }

// What leaves the view as it was unless it has changes: lines of build output, and ticks.
bool IsQuiet(const Report& report) {
  const auto* attempt = std::get_if<AttemptReported>(&report);
  return std::holds_alternative<Tick>(report) ||
         (attempt != nullptr && std::holds_alternative<BuildLine>(attempt->event.what));
}

bool IsEmpty(const Decision& decision) {
  return decision.changes.empty() && decision.effects.empty() && decision.notes.empty() &&
         decision.events.empty();
}

}  // namespace

ClusterLoop::ClusterLoop(State loaded, Parts parts)
    : parts_(parts), state_(std::move(loaded)), left_by_sweep_(state_.operations.size()) {
  state_.started = parts_.clock.Steady();
  next_tick_ = state_.started + kTickInterval;
  next_sweep_ = state_.started + kTickInterval;
  view_ = std::make_shared<const State>(state_.Share());
  writer_ = std::make_unique<BatchWriter>(
      BatchWriter::Parts{parts_.store, parts_.sealer, parts_.log, parts_.effects,
                         [this](std::shared_ptr<const State> view) {
                           const std::lock_guard lock(view_mutex_);
                           view_ = std::move(view);
                         },
                         parts_.answer_wait, parts_.fence, parts_.on_deposed, parts_.witness});
}

ClusterLoop::~ClusterLoop() { Stop(); }

void ClusterLoop::Start() {
  Report(Recovered{}, {});
  thread_ = std::thread([this] { Run(); });
}

void ClusterLoop::GiveUp(const Error& why) {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = why;
  }
  writer_->GiveUp(why);
  Stop();
}

void ClusterLoop::Stop() {
  std::deque<Input> left;
  Error why;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  writer_->Stop();
  {
    const std::lock_guard lock(mutex_);
    left.swap(inputs_);
    why = given_up_.value_or(MasterStops());
  }
  for (auto& input : left) {
    if (input.answer) input.answer(why);
  }
}

void ClusterLoop::Submit(Command command, Answer answer) {
  // A full disk is a store's trouble as well: its own name comes first.
  if (parts_.check_room && NeedsRoom(command)) {
    if (auto room = parts_.check_room(); !room.ok()) return answer(room.error());
  }
  if (auto trouble = writer_->Trouble()) return answer(*trouble);
  Enqueue({std::move(command), std::move(answer)});
}

void ClusterLoop::Report(master::Report report, Answer answer) {
  Enqueue({std::move(report), std::move(answer)});
}

void ClusterLoop::Enqueue(Input input) {
  std::unique_lock lock(mutex_);
  const bool full = inputs_.size() >= kQueuedMax && std::holds_alternative<Command>(input.what);
  if (stopping_ || full) {
    const auto why = !stopping_ ? TooBusy() : given_up_.value_or(MasterStops());
    lock.unlock();
    if (input.answer) input.answer(why);
    return;
  }
  inputs_.push_back(std::move(input));
  wake_.notify_one();
}

std::shared_ptr<const State> ClusterLoop::View() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

std::size_t ClusterLoop::queued() const {
  const std::lock_guard lock(mutex_);
  return inputs_.size();
}

std::deque<ClusterLoop::Input> ClusterLoop::TakeInputs() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kTickInterval, [this] { return !inputs_.empty() || stopping_; });
  std::deque<Input> taken;
  while (!inputs_.empty() && taken.size() < kRoundMax && !stopping_) {
    taken.push_back(std::move(inputs_.front()));
    inputs_.pop_front();
  }
  return taken;
}

void ClusterLoop::Run() {
  while (true) {
    parts_.pulse->Expect(parts_.clock.Steady() + kTurnMax);
    DecideAll(TakeInputs());
    OnTime();
    const std::lock_guard lock(mutex_);
    if (stopping_) break;
  }
  parts_.pulse->Rest();
}

void ClusterLoop::DecideAll(std::deque<Input> inputs) {
  if (inputs.empty()) return;
  Batch round;
  bool changes_view = false;
  for (auto& input : inputs) {
    const auto* report = std::get_if<master::Report>(&input.what);
    const bool quiet = report != nullptr && IsQuiet(*report);
    auto decision = report != nullptr ? Decide(state_, *report, Now())
                                      : Decide(state_, std::get<Command>(input.what), Now());
    changes_view |= ChangesView(decision, quiet);
    // A beat is promised nothing: a slow store must not make workers late.
    if (report != nullptr && std::holds_alternative<WorkerBeat>(*report) && input.answer)
      std::exchange(input.answer, {})(decision.reply);
    round.entries.push_back({std::move(decision), std::move(input.answer)});
  }
  // Shared once: sharing makes the next write clone a table.
  if (changes_view) round.view = std::make_shared<const State>(state_.Share());
  HandOver(std::move(round));
}

// Waits for room there as long as the store is away or its disk is busy.
void ClusterLoop::HandOver(Batch batch) {
  parts_.pulse->Rest();
  writer_->Add(std::move(batch));
  parts_.pulse->Expect(parts_.clock.Steady() + kTurnMax);
}

void ClusterLoop::Carry(Decision decision) {
  if (IsEmpty(decision)) return;
  Batch batch;
  batch.entries.push_back({std::move(decision), {}});
  batch.view = std::make_shared<const State>(state_.Share());
  HandOver(std::move(batch));
}

bool ClusterLoop::IsSweepDue(SteadyTime now) const {
  return now >= next_sweep_ || state_.operations.size() >= left_by_sweep_ + parts_.sweep_after;
}

void ClusterLoop::OnTime() {
  const auto now = Now();
  if (now.steady >= next_tick_) {
    next_tick_ = now.steady + kTickInterval;
    Carry(Decide(state_, master::Report(Tick{}), now));
  }
  if (IsSweepDue(now.steady)) {
    next_sweep_ = now.steady + kSweepInterval;
    Carry(DecideSweep(state_, now));
    left_by_sweep_ = state_.operations.size();
  }
}

}  // namespace edm::master
