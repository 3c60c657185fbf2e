#include "tests/simulation/faults.h"

#include <fmt/format.h>

#include "tests/simulation/master_machine.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kFeltLonger{4'000};  // who fell silent is lost, and followed by another, by then

constexpr double kPressed = 0.75;  // share of engines that people want something of just then

}  // namespace

void Faults::Start(int faults, Millis over) {
  open_ = faults;
  for (int i = 0; i < faults; ++i)
    world_.agenda.After(world_.dice.Between(Millis(1'000), over), {}, [this] { Strike(); });
}

void Faults::Strike() {
  const auto fault = static_cast<Fault>(world_.dice.Below(kFaults));
  const auto lasts = Lasts(fault);
  world_.verdict.Tell("fault", [&] { return fmt::format("{} for {} ms", FaultName(fault), lasts.count()); });
  world_.verdict.Note(static_cast<std::uint64_t>(fault));
  world_.coverage.Begin(fault);
  const auto mend = Begin(fault, lasts);
  world_.agenda.After(lasts, {}, [this, fault, mend] {
    if (mend) mend();
    world_.verdict.Tell("fault", [&] { return std::string(FaultName(fault)) + " is over"; });
    world_.agenda.After(kFeltLonger, {}, [this, fault] { world_.coverage.End(fault); });
    --open_;
  });
}

// An engine that restarts takes its time.
Millis Faults::Lasts(Fault fault) {
  const double is_long = fault == Fault::kEngineAway ? 0.6 : 0.3;
  return world_.dice.Between(Millis(100), Millis(world_.dice.Hits(is_long) ? 8'000 : 2'500));
}

Agenda::Task Faults::Begin(Fault fault, Millis lasts) {
  auto& dice = world_.dice;
  auto& machine = *dice.Pick(world_.machine_pointers);
  switch (fault) {
    case Fault::kKillMaster:
      PickMaster().Kill(lasts);
      return {};
    case Fault::kPauseMaster:
      PickMaster().Pause(lasts);
      return {};
    case Fault::kKillWorker:
      machine.KillWorker(lasts);
      return {};
    case Fault::kPauseWorker:
      machine.PauseWorker(lasts);
      return {};
    case Fault::kPowerCut:
      machine.CutPower(lasts);
      return {};
    case Fault::kCutOneWay:
      return Cut(false);
    case Fault::kCutBothWays:
      return Cut(true);
    case Fault::kLoss:
      return Roughen({.loss = 0.3});
    case Fault::kDelay:
      return Roughen({.delay_least = Millis(50), .delay_most = Millis(700)});
    case Fault::kReorder:
      return Roughen({.delay_most = Millis(250)});
    case Fault::kTwice:
      return Roughen({.twice = 0.4, .delay_most = Millis(60)});
    case Fault::kSlowDisk:
      return Slow();
    case Fault::kStoreAway:
      world_.store.is_away = true;
      return [this] { world_.store.is_away = false; };
    case Fault::kStoreUnknown:
      world_.store.unknown = 0.4;
      return [this] { world_.store.unknown = 0; };
    case Fault::kEngineAway:
      machine.engine.is_away = true;
      if (dice.Hits(kPressed)) world_.clients.Press(machine);
      return [&machine] { machine.engine.is_away = false; };
    case Fault::kGitAway:
      world_.git.is_away = true;
      return [this] { world_.git.is_away = false; };
    case Fault::kClockJump:
      return JumpClock();
    case Fault::kDrain:
      world_.clients.Drain(machine.id, lasts);
      return {};
  }
  return {};
}

// The leader for the most part.
MasterMachine& Faults::PickMaster() {
  const auto* leader = world_.Leader();
  if (leader != nullptr && world_.dice.Hits(0.8))
    return *world_.masters.at(static_cast<std::size_t>(leader->node));
  return *world_.masters.at(world_.dice.Below(kMasters));
}

Node Faults::PickNode() {
  if (world_.dice.Hits(0.3)) return PickMaster().node;
  return world_.dice.Pick(world_.machine_pointers)->node;
}

// Between a master and a machine, or the store, or everybody.
Agenda::Task Faults::Cut(bool both_ways) {
  std::vector<std::pair<Node, Node>> links;
  const auto leader = PickMaster().node;
  std::vector<Node> others{world_.dice.Pick(world_.machine_pointers)->node};
  if (world_.dice.Hits(0.2)) others = {kStore};
  if (world_.dice.Hits(0.3)) {
    others = {kClients, kStore};
    for (const auto* machine : world_.machine_pointers) others.push_back(machine->node);
  }
  const bool outwards = world_.dice.Hits(0.5);
  for (const auto other : others) {
    if (both_ways || outwards) links.emplace_back(leader, other);
    if (both_ways || !outwards) links.emplace_back(other, leader);
  }
  for (const auto& [from, to] : links) world_.network.Cut(from, to);
  return [this, links] {
    for (const auto& [from, to] : links) world_.network.Mend(from, to);
  };
}

Agenda::Task Faults::Roughen(const Weather& weather) {
  const auto node = PickNode();
  world_.network.SetWeather(node, weather);
  return [this, node] { world_.network.ClearWeather(node); };
}

Agenda::Task Faults::Slow() {
  if (world_.dice.Hits(0.3)) {
    world_.store.slowness = 60;
    return [this] { world_.store.slowness = 1; };
  }
  auto& machine = *world_.dice.Pick(world_.machine_pointers);
  machine.disk.slowness = 80;
  return [&machine] { machine.disk.slowness = 1; };
}

// Up to two days, forth or back; somebody sets it right again.
Agenda::Task Faults::JumpClock() {
  constexpr Millis kFar = std::chrono::hours(48);
  const auto by = world_.dice.Hits(0.5) ? world_.dice.Between(-kFar, kFar)
                                        : world_.dice.Between(Millis(-20'000), Millis(20'000));
  auto* clock =
      world_.dice.Hits(0.4) ? &PickMaster().clock : &world_.dice.Pick(world_.machine_pointers)->clock;
  clock->Set(by);
  return [clock, by] { clock->Set(-by); };
}

}  // namespace edm::simulation
