#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "master/adapters/state/sealer.h"
#include "master/model/limits.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/master_machine.h"
#include "tests/simulation/master_process.h"
#include "tests/simulation/verdict.h"

namespace edm::simulation {

struct Plan {
  std::uint64_t seed = 1;
  int workers = 5;
  int orders = 200;
  int faults = 20;
  Millis busy_for{40'000};
  bool is_verbose = false;
};

// A whole cluster in one thread and one seed: everything that there is, and how it finds each other.
struct World {
  World(const Plan& plan, const master::Sealer& sealer);
  ~World();

  // Until everything that was ordered has ended and everything that is left over is gone, or a rule is
  // broken.
  void Run();

  // Whoever listens there now.
  MasterProcess* MasterAt(Node node);
  WorkerProcess* WorkerAt(Node node);
  // The one whose acts count, of those who take themselves for it; null: none does.
  const MasterMachine* Leader() const;
  // As it has decided; null: there is none.
  const master::State* Decided() const;
  // Each of them serves the repos.
  bool AnyMasterIsReached(Node from) const;

  static constexpr Millis kLeaderTtl{1'000};

  const Plan plan;
  Agenda agenda;
  Dice dice;
  Verdict verdict;
  Coverage coverage;
  Network network{agenda, dice};
  const master::Sealer& sealer;
  master::Settings settings;
  StoreServer store;
  GitRepos git;
  Checks checks{*this};
  Clients clients{*this};
  Faults faults{*this};
  std::vector<std::unique_ptr<MasterMachine>> masters;
  std::vector<std::unique_ptr<Machine>> machines;
  std::vector<Machine*> machine_pointers;

 private:
  bool IsQuiet() const;
};

}  // namespace edm::simulation
