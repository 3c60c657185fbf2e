#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/inspect.h"
#include "worker/adapters/docker/repeated_check.h"
#include "worker/core/readiness/running_time.h"
#include "worker/core/readiness/seen.h"
#include "worker/ports/readiness_probe.h"

namespace edm::worker {

// Looks at one container again and again and gathers the facts that readiness is judged by. One thread.
// `api` must outlive it.
class ContainerLook {
 public:
  // `wanted` says which ports and path to try; its health command is always tried.
  ContainerLook(const EngineApi& api, std::string container_id, WantedService wanted);
  ~ContainerLook();

  // kNotFound: it was removed.
  Result<ContainerSeen> Look();
  // Adds what explains a failure: open ports and last lines.
  void Explain(ContainerSeen& seen) const;
  void AddListening(ContainerSeen& seen) const;

  const std::string& container_id() const { return container_id_; }

 private:
  void StartChecks(const Inspected& inspected);

  const EngineApi& api_;
  std::string container_id_;
  WantedService wanted_;
  int pid_ = 0;
  bool tty_ = false;
  std::string checked_address_;  // the checks below belong to this start of the container
  WallTime checked_start_;
  RunningTime running_time_;
  std::unique_ptr<RepeatedCheck> health_;
  std::unique_ptr<RepeatedCheck> http_;
};

}  // namespace edm::worker
