#include "worker/adapters/docker/turns.h"

#include <algorithm>
#include <iterator>
#include <thread>

namespace edm::worker {

std::size_t Turns::OfMachine() {
  return std::max<std::size_t>(4, std::size_t{std::thread::hardware_concurrency()} * 2);
}

std::optional<Turns::Turn> Turns::Take(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  auto counted = Counted();
  while (!stop.stop_requested()) {
    if (IsFree(counted)) return Begin();
    ended_.wait_until(lock, stop, *counted + turn_most_, [&] { return IsFree(Counted()); });
    counted = Counted();
  }
  return std::nullopt;
}

std::optional<Turns::Turn> Turns::TakeAtOnce() {
  const std::lock_guard lock(mutex_);
  return Begin();
}

Turns::Turn Turns::Begin() { return {*this, held_.insert(held_.end(), Clock::now())}; }

Turns::Held::iterator Turns::Counted() { return std::ranges::lower_bound(held_, Clock::now() - turn_most_); }

bool Turns::IsFree(Held::iterator counted) {
  return static_cast<std::size_t>(std::distance(counted, held_.end())) < at_once_;
}

void Turns::End(Held::iterator at) {
  const std::lock_guard lock(mutex_);
  held_.erase(at);
  ended_.notify_all();
}

}  // namespace edm::worker
