#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "master/core/draft.h"

namespace edm::master {

// Workers of all kinds with instances of all kinds on them, from a seed: the same everywhere.
class RandomCluster {
 public:
  RandomCluster(std::uint64_t seed, std::size_t workers);

  // Something changes: a load report mostly; else an order, an instance, a label, a worker's state.
  void Change();
  // Load of one worker, at random.
  void Report(std::size_t worker);
  // An instance that is nowhere yet, with requirements of one of a few shapes, or of its own.
  InstanceRecord NextInstance();
  // Placed: it is counted there from now on, as the core counts it.
  void Settle(InstanceRecord instance, const std::string& worker);

  State& state() { return state_; }
  Placer& placer() { return Draft(state_, now).placer(); }
  std::size_t workers() const { return workers_; }
  static std::string WorkerId(std::size_t number);

  std::uint64_t Below(std::uint64_t bound) { return dice_() % bound; }
  bool OneIn(std::uint64_t chance) { return Below(chance) == 0; }

  Moment now{WallTime(Millis(1'795'000'000'000)), SteadyTime(Millis(1'000'000))};

 private:
  WorkerRecord NewWorker(std::size_t number);
  Load NewLoad(const WorkerRecord& worker);
  Requirements NewRequirements();
  void ChangeWorker();
  void ChangeInstance();

  std::mt19937_64 dice_;
  std::size_t workers_;
  std::size_t instances_ = 0;
  State state_;
};

}  // namespace edm::master
