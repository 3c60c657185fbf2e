#pragma once

#include "tests/simulation/agenda.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

struct World;
class MasterMachine;

// What goes wrong: so many faults over a time, of random kinds, each mended after a while. A fault counts as
// felt until shortly after that.
class Faults {
 public:
  explicit Faults(World& world) : world_(world) {}

  void Start(int faults, Millis over);
  bool are_over() const { return open_ == 0; }

 private:
  void Strike();
  Millis Lasts(Fault fault);
  // Does it, and says how it is mended.
  Agenda::Task Begin(Fault fault, Millis lasts);
  MasterMachine& PickMaster();
  Agenda::Task Cut(bool both_ways);
  Agenda::Task Roughen(const Weather& weather);
  Agenda::Task Slow();
  Agenda::Task JumpClock();
  Node PickNode();

  World& world_;
  int open_ = 0;
};

}  // namespace edm::simulation
