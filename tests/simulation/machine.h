#pragma once

#include <memory>
#include <string>

#include "tests/simulation/disk.h"
#include "tests/simulation/engine.h"
#include "tests/simulation/machine_clock.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

struct World;
class WorkerProcess;

// A machine with an engine, a disk and, while it is not killed, a worker.
class Machine {
 public:
  Machine(World& world, Node node);
  ~Machine();

  void Start();
  // The process alone; `comes_back` after that.
  void KillWorker(Millis comes_back);
  // It stands still, and goes on as if nothing had been.
  void PauseWorker(Millis time);
  // The whole machine: containers stop, and what the disk had not taken yet is gone.
  void CutPower(Millis comes_back);

  const Node node;
  const std::string id;
  const std::uint32_t memory_mib;
  MachineClock clock;
  Engine engine;
  Disk disk;
  std::unique_ptr<WorkerProcess> process;  // null while it is not there

 private:
  void WriteBack();

  World& world_;
  std::uint64_t starts_ = 0;
};

}  // namespace edm::simulation
