#include "tests/simulation/machine.h"

#include "tests/simulation/worker_process.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kWriteBackInterval{5'000};  // of what nobody asked to be written at once

}  // namespace

Machine::Machine(World& world, Node number)
    : node(number),
      id("w" + std::to_string(number - kFirstWorker + 1)),
      memory_mib(1'536),
      clock(world.agenda),
      engine(id),
      world_(world) {
  engine.on_change = [this](const std::string& project) {
    world_.checks.OnCopyChanged(*this, project);
    if (process) process->OnEngineChange(project);
  };
  WriteBack();
  engine.on_clash = [this](const std::string& project, const std::string& other) {
    world_.checks.OnClash(*this, project, other);
  };
}

Machine::~Machine() = default;

void Machine::WriteBack() {
  disk.events.WriteBack();
  world_.agenda.After(kWriteBackInterval, {}, [this] { WriteBack(); });
}

void Machine::Start() {
  world_.verdict.Tell("machine", [&] { return id + " starts its worker"; });
  process = std::make_unique<WorkerProcess>(world_, *this, ++starts_);
  process->Start();
}

void Machine::KillWorker(Millis comes_back) {
  if (!process) return;
  process.reset();
  world_.agenda.After(comes_back, {}, [this] {
    if (!process) Start();
  });
}

void Machine::PauseWorker(Millis time) {
  if (!process) return;
  const auto until = world_.agenda.now() + time;
  process->Sleep(until);
  world_.network.Sleep(node, until);
}

void Machine::CutPower(Millis comes_back) {
  if (!process) return;
  process.reset();
  engine.StopAll(clock.Now());
  disk.events.LoseTail(world_.dice);
  world_.agenda.After(comes_back, {}, [this] {
    if (!process) Start();
  });
}

}  // namespace edm::simulation
