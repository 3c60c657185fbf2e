#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/call.h"
#include "tests/simulation/engine_client.h"
#include "tests/simulation/fiber_pool.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/master_link.h"
#include "tests/simulation/ports_of_machine.h"
#include "tests/simulation/sender.h"
#include "tests/simulation/workload.h"
#include "worker/adapters/runner/attempt_runner.h"
#include "worker/api/session.h"

namespace edm::simulation {

// One start of a worker: the real runner and session, on simulated surroundings. Ends with this object, as by
// kill -9.
class WorkerProcess {
 public:
  WorkerProcess(World& world, Machine& machine, std::uint64_t start);
  ~WorkerProcess();

  void Start();

  void Sleep(Millis until) { life_->asleep_until = std::max(life_->asleep_until, until); }

  // What comes from a master.
  void OnAssign(const Order& order, std::uint32_t after, const std::shared_ptr<Stream>& stream);
  void OnCancel(std::uint32_t epoch, const std::string& instance, std::uint32_t attempt,
                const std::string& reason, const Reply<Unit>& reply);
  void OnEngineChange(const std::string& project);

  const PortsOfMachine& ports() const { return addresses_; }

 private:
  void Boot();
  void KeepSession();
  void KeepUp();

  World& world_;
  Machine& machine_;
  const LifePointer life_ = std::make_shared<Life>();
  bool is_held_ = false;
  bool is_up_ = false;
  EngineClient engine_;
  Readiness readiness_;
  Sources sources_;
  Reader reader_;
  PortsOfMachine addresses_;
  MasterPeer peer_;
  DiskJournal journal_;
  FiberPool quick_;
  FiberPool builds_;
  worker::EngineView view_;
  worker::AttemptRunner runner_;
  worker::Session session_;
  std::vector<std::shared_ptr<Sender>> senders_;
};

}  // namespace edm::simulation
