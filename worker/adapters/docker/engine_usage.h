#pragma once

#include <string>

#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/usage_probe.h"

namespace edm::worker {

// Looks at each container twice, kBetween apart: one look tells no CPU. `api` must outlive it.
class EngineUsage final : public UsageProbe {
 public:
  static constexpr Millis kBetween{400};
  static constexpr Millis kLookDeadline{3'000};       // of one container
  static constexpr std::size_t kContainersMax = 500;  // of one answer; more are refused

  // `worker`: the label of what this worker makes; others may share the engine.
  EngineUsage(const EngineApi& api, std::string worker) : api_(api), worker_(std::move(worker)) {}

  Result<std::vector<InstanceUsage>> Sample(const std::string& instance) override;

 private:
  struct Seen;
  Result<std::vector<Seen>> List(const std::string& instance) const;
  void Look(std::vector<Seen>& containers, bool first) const;

  const EngineApi& api_;
  const std::string worker_;
};

}  // namespace edm::worker
