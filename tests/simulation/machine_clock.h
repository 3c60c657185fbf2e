#pragma once

#include "common/ports/clock.h"
#include "tests/simulation/agenda.h"

namespace edm::simulation {

// The clocks of one machine, both fed by virtual time. Somebody may set the wall clock; the steady one never
// stops nor jumps.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(Agenda& agenda) : agenda_(agenda) {}

  WallTime Now() const override { return WallTime(Millis(1'795'000'000'000) + agenda_.now() + set_by_); }
  SteadyTime Steady() const override { return SteadyTime(Millis(1'000'000) + agenda_.now()); }
  bool Wait(Millis time, std::stop_token stop) const override {
    return agenda_.Wait(time, std::move(stop)) != Agenda::Outcome::kStopped;
  }

  void Set(Millis by) { set_by_ += by; }

 private:
  Agenda& agenda_;
  Millis set_by_{0};
};

}  // namespace edm::simulation
