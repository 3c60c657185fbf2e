#include "tests/simulation/agenda.h"

#include <algorithm>
#include <utility>

#include "common/base/assert.h"

namespace edm::simulation {

class Fiber {
 public:
  boost::context::fiber context;
  LifePointer life;
  std::uint64_t wait = 0;  // of what it waits for now; whoever wakes it for another one is too late
  Agenda::Outcome outcome = Agenda::Outcome::kTime;
  bool has_ended = false;
};

namespace {

constexpr auto kLater = [](const auto& a, const auto& b) {
  return a.when != b.when ? a.when > b.when : a.order > b.order;
};

}  // namespace

void Agenda::After(Millis delay, const LifePointer& life, Task task) {
  heap_.push_back({now_ + std::max(delay, Millis(0)), ++orders_, life, std::move(task)});
  std::push_heap(heap_.begin(), heap_.end(), kLater);
}

bool Agenda::RunNext() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), kLater);
  Entry entry = std::move(heap_.back());
  heap_.pop_back();
  now_ = entry.when;
  if (entry.life && entry.life->is_over) return true;
  if (entry.life && entry.life->asleep_until > now_) {
    entry.when = entry.life->asleep_until;
    heap_.push_back(std::move(entry));
    std::push_heap(heap_.begin(), heap_.end(), kLater);
    return true;
  }
  ++steps_;
  entry.task();
  return true;
}

void Agenda::Spawn(const LifePointer& life, Task task) {
  auto fiber = std::make_shared<Fiber>();
  fiber->life = life;
  auto* raw = fiber.get();
  fiber->context = boost::context::fiber(std::allocator_arg, stacks_,
                                         [this, raw, task = std::move(task)](boost::context::fiber&& main) {
                                           main_ = std::move(main);
                                           task();
                                           raw->has_ended = true;
                                           return std::move(main_);
                                         });
  life->fibers.push_back(fiber);
  Resume(fiber, fiber->wait, Outcome::kWoken);
}

void Agenda::Resume(const std::shared_ptr<Fiber>& fiber, std::uint64_t wait, Outcome outcome) {
  After(Millis(0), fiber->life, [this, fiber, wait, outcome] {
    if (fiber->wait != wait || fiber->has_ended) return;
    fiber->outcome = outcome;
    Switch(fiber);
  });
}

void Agenda::Switch(const std::shared_ptr<Fiber>& fiber) {
  EDM_ASSERT(current_ == nullptr);
  current_ = fiber;
  fiber->context = std::move(fiber->context).resume();
  current_ = nullptr;
  if (fiber->has_ended) std::erase(fiber->life->fibers, fiber);
}

Agenda::Outcome Agenda::Wait(Millis most, std::stop_token stop, const std::function<void(Wake)>& arm) {
  EDM_ASSERT(current_ != nullptr);
  const auto fiber = current_;
  const auto wait = ++fiber->wait;
  if (stop.stop_requested()) most = Millis(0);
  After(most, fiber->life, [this, fiber, wait] {
    if (fiber->wait != wait) return;
    fiber->outcome = Outcome::kTime;
    Switch(fiber);
  });
  const std::stop_callback on_stop(stop, [&] { Resume(fiber, wait, Outcome::kStopped); });
  if (arm) arm([this, fiber, wait] { Resume(fiber, wait, Outcome::kWoken); });
  main_ = std::move(main_).resume();
  ++fiber->wait;
  return stop.stop_requested() ? Outcome::kStopped : fiber->outcome;
}

void Agenda::End(const LifePointer& life) {
  EDM_ASSERT(current_ == nullptr || current_->life != life);
  life->is_over = true;
  const auto fibers = std::exchange(life->fibers, {});
  for (const auto& fiber : fibers) {
    ++fiber->wait;
    fiber->has_ended = true;
    fiber->context = {};
  }
}

}  // namespace edm::simulation
