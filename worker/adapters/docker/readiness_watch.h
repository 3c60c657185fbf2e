#pragma once

#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/readiness_probe.h"

namespace edm::worker {

// Looks at the containers of an instance until core/readiness has a verdict. Any thread, several instances at
// once. `api` must outlive it.
class ReadinessWatch final : public ReadinessProbe {
 public:
  explicit ReadinessWatch(const EngineApi& api) : api_(api) {}

  Result<ReadyReport> AwaitReady(const ReadyRequest& request, const LineSink& on_progress,
                                 std::stop_token stop) override;

 private:
  const EngineApi& api_;
};

}  // namespace edm::worker
