#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/unit/master/cluster_fixture.h"
#include "tests/unit/master/simulated_machine.h"

namespace edm::master {
namespace {

constexpr int kCount = 20;
// Enough to fail when the bounds do not hold in general; EDM_TEST_SEEDS=2000 for a day on which they changed.
std::uint64_t Seeds() {
  const auto* asked = std::getenv("EDM_TEST_SEEDS");
  return asked == nullptr ? 15 : std::strtoull(asked, nullptr, 10);
}

// How a client, or several, ask for twenty deploys.
enum class Manner { kAtOnce, kSlowUploads, kOneAfterTheOther, kThreeClients, kStream };
constexpr std::array kManners = {Manner::kAtOnce, Manner::kSlowUploads, Manner::kOneAfterTheOther,
                                 Manner::kThreeClients, Manner::kStream};

// A master's decisions and two machines of one core each, with time that is stepped.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : dice_(seed), machines_{{{"a", dice_}, {"b", dice_}}} {
    for (auto& machine : machines_) {
      WorkerFacts facts;
      facts.id = machine.id();
      facts.public_address = facts.rpc_address = "10.0.0.1:1";
      (void)cluster_.Tell(WorkerRegistered{facts, kProtocolNewest, "s", {}});
      machine.next_beat = dice_.Between(0, 1);
      machine.noise = dice_.Between(0, 0.15);
    }
    Pass(dice_.Between(4, 6));
  }

  SimulatedMachine& operator[](std::size_t index) { return machines_.at(index); }
  Dice& dice() { return dice_; }

  void Pass(double seconds) {
    for (double end = time_ + seconds; time_ < end;) Step();
  }

  // Twenty deploys; how many went to the second machine. Ends when all of them have.
  int Deploy(Manner manner) {
    on_second_ = 0;
    left_ = kCount;
    const bool chained = manner == Manner::kOneAfterTheOther || manner == Manner::kThreeClients;
    const int clients = manner == Manner::kOneAfterTheOther ? 1
                        : manner == Manner::kThreeClients   ? 3
                                                            : kCount;
    const double spacing = manner == Manner::kSlowUploads ? 4.0 : manner == Manner::kStream ? 30.0 : 0.8;
    for (int i = 0; i < clients; ++i) asked_.push_back(time_ + dice_.Between(0, spacing));
    while (left_ > 0) {
      const auto ended = Step();
      for (std::size_t i = 0; chained && i < ended; ++i) {
        if (begun_ + static_cast<int>(asked_.size()) < kCount)
          asked_.push_back(time_ + dice_.Between(0.05, 0.4));
      }
    }
    begun_ = 0;
    return on_second_;
  }

  void DeleteAll() {
    for (const auto& id : made_) {
      const auto begin = cluster_.Asking(OperationKind::kDelete, id);
      (void)cluster_.Give(begin);
      (void)cluster_.End(begin.operation, Phase::kDeleted);
      (void)cluster_.Tell(RepoDeleted{begin.operation, Ok()});
      if (dice_.Chance(0.5)) Step();
    }
    made_.clear();
  }

 private:
  void BeginDue() {
    std::erase_if(asked_, [&](double at) {
      if (at > time_) return false;
      const auto id = "i" + std::to_string(++instances_);
      made_.push_back(id);
      cluster_.AddInstance(id);
      const auto operation = cluster_.DeployToOrder(id);
      const bool second = cluster_.Op(operation).worker == "b";
      on_second_ += second ? 1 : 0;
      ++begun_;
      machines_[second ? 1 : 0].Deploy(operation);
      return true;
    });
  }

  std::size_t Step() {
    time_ += SimulatedMachine::kStep;
    cluster_.now.steady += Millis(SimulatedMachine::kStepMillis);
    cluster_.now.wall += Millis(SimulatedMachine::kStepMillis);
    BeginDue();
    std::size_t count = 0;
    for (auto& machine : machines_) {
      for (const auto& operation : machine.Step()) {
        (void)cluster_.End(operation, Phase::kRunning, 1);
        --left_;
        ++count;
      }
      if (time_ < machine.next_beat) continue;
      (void)cluster_.Tell(WorkerBeat{machine.id(), "s", machine.Sample(), {}});
      machine.next_beat = time_ + dice_.Between(0.9, 1.1);
    }
    return count;
  }

  Dice dice_;
  ClusterFixture cluster_;
  std::array<SimulatedMachine, 2> machines_;
  std::vector<double> asked_;
  std::vector<std::string> made_;
  double time_ = 0;
  int begun_ = 0, left_ = 0, on_second_ = 0, instances_ = 0;
};

class Spread : public testing::TestWithParam<Manner> {};

TEST_P(Spread, IsEvenBetweenCalmWorkers) {
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Simulation simulation(seed);
    const int on_second = simulation.Deploy(GetParam());
    EXPECT_GE(on_second, 8) << "seed " << seed;
    EXPECT_LE(on_second, 12) << "seed " << seed;
  }
}

TEST_P(Spread, GoesToTheOtherWorkerWhenOneIsHogged) {
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Simulation simulation(seed);
    simulation[0].hogs = 1 + static_cast<int>(simulation.dice().Below(3));
    simulation[1].noise *= 2;  // what would have run beside the hog runs there
    simulation.Pass(simulation.dice().Between(4.5, 30));
    EXPECT_GE(simulation.Deploy(GetParam()), 15) << "seed " << seed;
  }
}

// The rounds of a long check, each beginning soon after the one before, with what it made kept or deleted.
TEST_P(Spread, IsEvenAgainSoonAfterTheHogIsGone) {
  for (std::uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Simulation simulation(seed);
    const bool deletes = simulation.dice().Chance(0.5);
    (void)simulation.Deploy(Manner::kAtOnce);
    if (deletes) simulation.DeleteAll();
    simulation[0].hogs = 1;
    simulation.Pass(simulation.dice().Between(4.5, 10));
    EXPECT_GE(simulation.Deploy(GetParam()), 15) << "seed " << seed << ", the hogged round";
    simulation[0].hogs = 0;
    if (deletes) simulation.DeleteAll();
    simulation.Pass(simulation.dice().Between(5, 15));
    const int on_second = simulation.Deploy(GetParam());
    EXPECT_GE(on_second, 8) << "seed " << seed;
    EXPECT_LE(on_second, 12) << "seed " << seed;
  }
}

std::string NameOf(const testing::TestParamInfo<Manner>& info) {
  switch (info.param) {
    case Manner::kAtOnce:
      return "AtOnce";
    case Manner::kSlowUploads:
      return "SlowUploads";
    case Manner::kOneAfterTheOther:
      return "OneAfterTheOther";
    case Manner::kThreeClients:
      return "ThreeClients";
    case Manner::kStream:
      break;
  }
  return "Stream";
}

INSTANTIATE_TEST_SUITE_P(Manners, Spread, testing::ValuesIn(kManners), NameOf);

}  // namespace
}  // namespace edm::master
