#pragma once

#include <list>
#include <random>
#include <string>

#include "common/model/worker.h"
#include "worker/core/cpu_meter.h"

namespace edm::master {

// Dice that fall the same everywhere: the standard's distributions differ between libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  double Between(double least, double most) {
    return least + (most - least) * static_cast<double>(engine_() >> 11U) * 0x1.0p-53;
  }
  bool Chance(double share) { return Between(0, 1) < share; }
  std::size_t Below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }

 private:
  std::mt19937_64 engine_;
};

// One worker's machine as it is seen from a master: one core that all that is runnable shares fairly, two
// builds at a time, deploys that build, start, and wait to be healthy, and the real meter of load.
class SimulatedMachine {
 public:
  static constexpr int kStepMillis = 100;
  static constexpr double kStep = kStepMillis / 1e3;
  static constexpr int kBuildsAtOnce = 2;
  static constexpr double kNoiseMost = 1.5;   // seconds of one burst; a longer one is a load that lasts
  static constexpr double kNoisePause = 1.0;  // between two of them at least

  SimulatedMachine(std::string id, Dice& dice) : id_(std::move(id)), dice_(dice) {}

  void Deploy(const std::string& operation) {
    jobs_.push_back({operation, dice_.Between(0.2, 1.5), dice_.Between(0.1, 0.6), dice_.Between(0.5, 2.5)});
  }

  // One step of time; the operations that came to their end in it.
  std::list<std::string> Step() {
    if (noise_left_ <= -kNoisePause && dice_.Chance(noise * kStep))
      noise_left_ = dice_.Between(0.05, kNoiseMost);
    const bool noisy = noise_left_ > 0;
    noise_left_ -= kStep;
    int building = 0, runnable = hogs + (noisy ? 1 : 0);
    for (auto& job : jobs_) {
      job.builds_now = job.build > 0 && building < kBuildsAtOnce;
      building += job.builds_now ? 1 : 0;
      runnable += job.Wants() ? 1 : 0;
    }
    ticks_.all += kStepMillis;
    ticks_.busy +=
        runnable > 0 ? kStepMillis : dice_.Below(8);  // an engine and an agent are never quite idle
    now_ += Millis(kStepMillis);
    std::list<std::string> ended;
    for (auto at = jobs_.begin(); at != jobs_.end();) {
      at->Use(kStep, runnable == 0 ? kStep : kStep / runnable);
      if (at->wait > 0) {
        ++at;
        continue;
      }
      ended.push_back(at->operation);
      ++running_;
      at = jobs_.erase(at);
    }
    return ended;
  }

  Load Sample() {
    meter_.Read(ticks_, now_);
    return {.cpu = meter_.smoothed(),
            .cpu_lasting = meter_.lasting(),
            .memory_total_mib = 24'000,
            .memory_available_mib = 20'000 - 2 * running_,
            .disk_total_mib = 100'000,
            .disk_free_mib = 80'000,
            .running = running_,
            .networks_free = 2'000,
            .sampled_at = WallTime(now_.time_since_epoch())};
  }

  const std::string& id() const { return id_; }
  bool idle() const { return jobs_.empty(); }
  void Run(std::uint32_t instances) { running_ += instances; }

  int hogs = 0;      // busy loops beside the worker
  double noise = 0;  // passing work of others: bursts per second
  double next_beat = 0;

 private:
  struct Job {
    std::string operation;
    double build;  // seconds of the core
    double start;
    double wait;  // until healthy
    bool builds_now = false;

    bool Wants() const { return builds_now || (build <= 0 && start > 0); }
    void Use(double step, double share) {
      if (builds_now) {
        build -= share;
      } else if (build <= 0 && start > 0) {
        start -= share;
      } else if (build <= 0) {
        wait -= step;
      }
    }
  };

  const std::string id_;
  Dice& dice_;
  std::list<Job> jobs_;
  worker::CpuMeter meter_;
  worker::CpuTicks ticks_;
  SteadyTime now_{Millis(1'000'000)};
  std::uint32_t running_ = 0;
  double noise_left_ = 0;
};

}  // namespace edm::master
