#include "master/adapters/seat/election.h"

#include <pthread.h>

#include <utility>

namespace edm::master {

Election::~Election() { Stop(); }

void Election::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Election::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  parts_.lock.Release();
}

void Election::Lose(Error why) {
  {
    const std::lock_guard lock(mutex_);
    if (!asked_) asked_ = std::move(why);
  }
  wake_.notify_all();
}

void Election::Resign(Error why) {
  {
    const std::lock_guard lock(mutex_);
    resigns_ = true;
  }
  Lose(std::move(why));
}

std::optional<Error> Election::trouble() const {
  const auto now = Now();
  const std::lock_guard lock(mutex_);
  return now - went_ >= 2 * parts_.ttl ? trouble_ : std::nullopt;
}

void Election::Went(SteadyTime began) {
  const std::lock_guard lock(mutex_);
  went_ = began;
  trouble_.reset();
}

void Election::Confirmed(SteadyTime began) {
  facts_.confirmed = began;
  {
    const std::lock_guard lock(mutex_);
    sure_since_ = began;
  }
  Went(began);
}

// A holder's session outlives its last renewal by the ttl at least.
bool Election::is_sure() const {
  const auto now = Now();
  const std::lock_guard lock(mutex_);
  return sure_since_ && !asked_ && now - *sure_since_ < parts_.ttl;
}

void Election::SetTrouble(Error trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

void Election::Pause(Millis time) {
  if (time == Millis(0)) return;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_ || (facts_.leads && asked_); });
}

void Election::Run() {
  ::pthread_setname_np(::pthread_self(), "edm-election");
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    Pause(Turn());
  }
}

Millis Election::Turn() {
  {
    const std::lock_guard lock(mutex_);
    if (!facts_.leads) asked_.reset();
    facts_.lost = asked_.has_value();
  }
  return Do(NextMove(facts_, Now(), 2 * parts_.ttl));
}

Millis Election::Do(ElectionMove move) {
  switch (move) {
    case ElectionMove::kLook:
      return Look();
    case ElectionMove::kTake:
      return Take();
    case ElectionMove::kOust:
      return Oust();
    case ElectionMove::kRenew:
      return Renew();
    case ElectionMove::kStepDown:
      StepDown();
      break;
  }
  return Millis(0);
}

Millis Election::Oust() {
  if (auto ousted = parts_.lock.Oust(*holder_); !ousted.ok()) SetTrouble(ousted.error());
  facts_.looked = false;
  return Millis(0);
}

Millis Election::Look() {
  const auto began = Now();
  auto seen = parts_.lock.Look(facts_.looked ? kLookWait : Millis(0));
  if (!seen.ok()) {
    facts_.looked = false;
    SetTrouble(seen.error());
    return kRetryWait;
  }
  const bool same = holder_ && *seen && (*seen)->claim == holder_->claim;
  if (!same || (*seen)->pulse != holder_->pulse) facts_.pulse_changed = Now();
  holder_ = std::move(*seen);
  facts_.looked = true;
  facts_.held = holder_.has_value();
  facts_.ours = holder_ && holder_->ours;
  Went(began);
  if (!same) parts_.on_holder(holder_);
  // A resigned one that sees a free lock must not ask for it all the time.
  return !holder_ && Now() < facts_.rests_until ? kRetryWait : Millis(0);
}

Millis Election::Take() {
  const auto began = Now();
  const auto taken = parts_.lock.Take(parts_.record);
  facts_.looked = false;
  if (!taken.ok()) {
    SetTrouble(taken.error());
    return kRetryWait;
  }
  if (!*taken) return Millis(0);
  facts_.leads = true;
  Confirmed(began);
  holder_.reset();
  parts_.on_won();
  return Millis(0);
}

Millis Election::Renew() {
  const auto began = Now();
  auto renewed = parts_.lock.Renew();
  if (renewed.ok()) {
    Confirmed(began);
  } else if (renewed.error().code == Code::kAborted) {
    Lose(std::move(renewed).error());
    return Millis(0);
  } else {
    SetTrouble(std::move(renewed).error());
  }
  return renewed.ok() ? parts_.ttl * 3 / 10 : kRetryWait;
}

void Election::StepDown() {
  Error why;
  bool resigns = false;
  {
    const std::lock_guard lock(mutex_);
    why = asked_ ? std::move(*asked_)
                 : trouble_.value_or(Error{Code::kUnavailable, "the lock", "it was not confirmed in time"});
    asked_.reset();
    sure_since_.reset();
    resigns = std::exchange(resigns_, false);
  }
  facts_.leads = false;
  facts_.looked = false;
  if (resigns) {
    facts_.rests_until = Now() + kRest;
    parts_.lock.Release();
  }
  parts_.on_lost(std::move(why));
}

}  // namespace edm::master
