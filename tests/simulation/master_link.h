#pragma once

#include <string>

#include "tests/simulation/asker.h"
#include "tests/simulation/engine.h"
#include "tests/simulation/network.h"
#include "worker/ports/directory.h"
#include "worker/ports/load_probe.h"
#include "worker/ports/master_link.h"

namespace edm::simulation {

struct World;
class Machine;

// A worker's way to whoever leads: its session, what it publishes, and the load that it tells of.
class MasterPeer final : public worker::MasterLink, public worker::Directory, public worker::LoadProbe {
 public:
  MasterPeer(World& world, Machine& machine) : world_(world), machine_(machine) {}

  Result<worker::Registration> Register(const WorkerFacts& facts,
                                        const std::vector<Observation>& observations) override;
  Result<worker::BeatAnswer> Heartbeat(const std::string& session, const Load& load,
                                       const std::vector<Observation>& changed,
                                       const std::vector<std::string>& unsure) override;

  Status PutHolder(const std::string& instance) override { return Publish(instance, machine_address()); }
  Status DropHolder(const std::string& instance) override { return Publish(instance, ""); }
  // The catalog is not simulated.
  Status PutEndpoints(const std::string&, const worker::Published&) override { return Ok(); }
  Status DropEndpoints(const std::string&) override { return Ok(); }
  Status Sweep(const std::function<worker::Standing()>& standing) override {
    (void)standing();
    return Ok();
  }

  Load Sample() override;

 private:
  std::string machine_address() const;
  Status Publish(const std::string& instance, const std::string& address);

  World& world_;
  Machine& machine_;
  Asker asker_;
};

}  // namespace edm::simulation
