#include "tests/simulation/world.h"

#include <algorithm>

#include "tests/simulation/worker_process.h"

namespace edm::simulation {
namespace {

constexpr Millis kQuietWithin{150'000};   // after the last fault: more than every deadline
constexpr Millis kLeftOversTake{26'000};  // until whoever looks for what is left over has looked twice

}  // namespace

World::World(const Plan& wanted, const master::Sealer& seals)
    : plan(wanted), dice(wanted.seed), verdict(agenda, wanted.is_verbose), sealer(seals) {
  settings.build_deadline = Millis(30'000);
  settings.start_deadline = Millis(20'000);
  settings.deploy_deadline = Millis(40'000);
  settings.stop_deadline = Millis(20'000);
  settings.delete_deadline = Millis(60'000);
  settings.source_deadline = Millis(20'000);
  for (int i = 0; i < kMasters; ++i) masters.push_back(std::make_unique<MasterMachine>(*this, i));
  for (int i = 0; i < plan.workers; ++i) {
    machines.push_back(std::make_unique<Machine>(*this, kFirstWorker + i));
    machine_pointers.push_back(machines.back().get());
  }
}

World::~World() {
  // Processes first: what they hold points into machines.
  for (const auto& machine : masters) machine->process.reset();
  for (const auto& machine : machines) machine->process.reset();
  agenda.Clear();
}

MasterProcess* World::MasterAt(Node node) {
  return masters.at(static_cast<std::size_t>(node))->process.get();
}

WorkerProcess* World::WorkerAt(Node node) {
  return machines.at(static_cast<std::size_t>(node - kFirstWorker))->process.get();
}

const MasterMachine* World::Leader() const {
  const MasterMachine* newest = nullptr;
  for (const auto& machine : masters) {
    const auto* term = machine->process ? machine->process->term() : nullptr;
    if (term == nullptr) continue;
    if (newest == nullptr || term->state().epoch > newest->process->term()->state().epoch)
      newest = machine.get();
  }
  return newest;
}

const master::State* World::Decided() const {
  const auto* leader = Leader();
  return leader == nullptr ? nullptr : &leader->process->term()->state();
}

bool World::AnyMasterIsReached(Node from) const {
  return std::ranges::any_of(masters, [&](const auto& machine) {
    return machine->process != nullptr && network.PassesBothWays(from, machine->node);
  });
}

bool World::IsQuiet() const {
  const auto* decided = Decided();
  return clients.are_done() && faults.are_over() && decided != nullptr && decided->open.empty();
}

void World::Run() {
  for (const auto& machine : masters) machine->Start();
  for (auto* machine : machine_pointers) machine->Start();
  clients.Start(plan.orders, plan.busy_for);
  faults.Start(plan.faults, plan.busy_for);
  const auto give_up = plan.busy_for + kQuietWithin;
  while (!verdict.violation() && !IsQuiet()) {
    agenda.RunNext();
    if (agenda.now() > give_up) return checks.OnNeverQuiet();
  }
  // This too is a fault, and no fault goes on for ever.
  for (auto* machine : machine_pointers) machine->engine.refuses_at_times = false;
  // What a master begins by itself puts the end off.
  auto until = agenda.now() + kLeftOversTake;
  while (!verdict.violation() && agenda.now() < until) {
    agenda.RunNext();
    if (!IsQuiet()) until = agenda.now() + kLeftOversTake;
    if (agenda.now() > give_up + kLeftOversTake) return checks.OnNeverQuiet();
  }
  while (!verdict.violation() && !(Leader() && Leader()->process->term()->is_settled()) && agenda.RunNext()) {
  }
  if (!verdict.violation()) checks.AtTheEnd();
}

}  // namespace edm::simulation
