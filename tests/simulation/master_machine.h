#pragma once

#include <memory>
#include <string>

#include "tests/simulation/machine_clock.h"
#include "tests/simulation/master_events.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

struct World;
class MasterProcess;

// A machine with a disk for event logs and, while it is not killed, a master.
class MasterMachine {
 public:
  MasterMachine(World& world, Node number);
  ~MasterMachine();

  void Start();
  // `comes_back` after that.
  void Kill(Millis comes_back);
  // It stands still, and goes on as if nothing had been.
  void Pause(Millis time);

  const Node node;
  MachineClock clock;
  MasterEvents events;
  std::unique_ptr<MasterProcess> process;  // null while it is not there

 private:
  World& world_;
};

}  // namespace edm::simulation
