#pragma once

#include <memory>

#include "worker/ports/master_link.h"

namespace edm::worker {

class Registry;

class GrpcMasterLink final : public MasterLink {
 public:
  explicit GrpcMasterLink(std::shared_ptr<Registry> registry) : registry_(std::move(registry)) {}

  Result<Registration> Register(const WorkerFacts& facts,
                                const std::vector<Observation>& observations) override;
  Result<BeatAnswer> Heartbeat(const std::string& session, const Load& load,
                               const std::vector<Observation>& changed,
                               const std::vector<std::string>& unsure) override;

 private:
  const std::shared_ptr<Registry> registry_;
};

}  // namespace edm::worker
