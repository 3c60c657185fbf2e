#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <string>

namespace edm::simulation {

enum class Fault : std::uint8_t {
  kKillMaster,
  kPauseMaster,
  kKillWorker,
  kPauseWorker,
  kPowerCut,
  kCutOneWay,
  kCutBothWays,
  kLoss,
  kDelay,
  kReorder,
  kTwice,
  kSlowDisk,
  kStoreAway,
  kStoreUnknown,
  kEngineAway,
  kGitAway,
  kClockJump,
  kDrain,
};
inline constexpr std::size_t kFaults = 18;

const char* FaultName(Fault fault);

// How often each step of each state machine was taken while a fault of each kind was felt.
class Coverage {
 public:
  using Row = std::array<std::uint64_t, kFaults>;

  void Begin(Fault fault) { ++felt_[static_cast<std::size_t>(fault)]; }
  void End(Fault fault) { --felt_[static_cast<std::size_t>(fault)]; }
  void Forget() { felt_ = {}; }

  void Step(const std::string& transition);
  void Add(const Coverage& other);

  // All transitions that there are down, faults across.
  std::string Table() const;

 private:
  std::array<int, kFaults> felt_{};
  std::map<std::string, Row> rows_;
};

}  // namespace edm::simulation
