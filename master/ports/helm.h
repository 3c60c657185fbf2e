#pragma once

#include <functional>

#include "common/base/result.h"
#include "master/model/masters.h"

namespace edm::master {

// Which of the masters leads. Any thread.
class Helm {
 public:
  virtual ~Helm() = default;

  virtual Standing Now() const = 0;
  // Whether this one does: only then may it change anything.
  virtual bool leads() const = 0;
  // Why none is known to lead, or where the one is that does: what a follower refuses changes with.
  virtual Error WhyNone() const = 0;
  // Nobody leads, and somebody will in a moment: the lock can be asked.
  virtual bool electing() const = 0;

  // The leader has answered somebody by way of this one: reads here must show it from now on.
  virtual void Passed() = 0;
  // Calls back, at once or on a thread of its own, when what is read here shows all that has passed, or half
  // a second is over.
  virtual void WhenFresh(std::function<void()> call) = 0;
};

}  // namespace edm::master
