#pragma once

#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "common/base/time.h"

namespace edm::simulation {

class Fiber;

// The life of a simulated process. What it has on the agenda is left out once it is over.
struct Life {
  bool is_over = false;
  Millis asleep_until{0};  // what is due before then happens then: the process is stopped, and goes on
  std::vector<std::shared_ptr<Fiber>> fibers;
};
using LifePointer = std::shared_ptr<Life>;

// Virtual time: what is to happen when. One thread; two things of the same moment happen in the order in
// which they were put here. Code that blocks runs on fibers, which wait here without holding anybody up.
class Agenda {
 public:
  using Task = std::function<void()>;
  using Wake = std::function<void()>;
  enum class Outcome : std::uint8_t { kTime, kWoken, kStopped };

  Millis now() const { return now_; }
  std::uint64_t steps() const { return steps_; }

  // `life` may be null: nobody's.
  void After(Millis delay, const LifePointer& life, Task task);
  // Begins the task on a fiber of its own, now.
  void Spawn(const LifePointer& life, Task task);

  // On a fiber: lets others go on until `most` has passed, `stop` is requested, or what `arm` was given is
  // called.
  Outcome Wait(Millis most, std::stop_token stop = {}, const std::function<void(Wake)>& arm = {});
  bool is_on_fiber() const { return current_ != nullptr; }

  // The next thing; false: there is none.
  bool RunNext();

  // Nothing of what was to happen does.
  void Clear() { heap_.clear(); }

  // Breaks off all that the process does, wherever it is. Not from one of its own fibers.
  void End(const LifePointer& life);

 private:
  struct Entry {
    Millis when;
    std::uint64_t order;
    LifePointer life;
    Task task;
  };
  void Resume(const std::shared_ptr<Fiber>& fiber, std::uint64_t wait, Outcome outcome);
  void Switch(const std::shared_ptr<Fiber>& fiber);

  Millis now_{0};
  std::uint64_t steps_ = 0;
  std::uint64_t orders_ = 0;
  std::vector<Entry> heap_;
  boost::context::fiber main_;
  std::shared_ptr<Fiber> current_;
  boost::context::pooled_fixedsize_stack stacks_{128 * 1024};
};

}  // namespace edm::simulation
