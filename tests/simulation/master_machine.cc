#include "tests/simulation/master_machine.h"

#include <fmt/format.h>

#include "tests/simulation/master_process.h"
#include "tests/simulation/world.h"

namespace edm::simulation {

MasterMachine::MasterMachine(World& world, Node number) : node(number), clock(world.agenda), world_(world) {}

MasterMachine::~MasterMachine() = default;

void MasterMachine::Start() {
  if (process) return;
  world_.verdict.Tell("master", [&] { return fmt::format("{} starts", node); });
  process = std::make_unique<MasterProcess>(world_, *this);
  process->Start();
}

void MasterMachine::Kill(Millis comes_back) {
  if (!process) return;
  process.reset();
  world_.agenda.After(comes_back, {}, [this] { Start(); });
}

void MasterMachine::Pause(Millis time) {
  if (!process) return;
  const auto until = world_.agenda.now() + time;
  process->Sleep(until);
  world_.network.Sleep(node, until);
}

}  // namespace edm::simulation
