#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "worker/ports/directory.h"

namespace edm::worker {

class Registry;

// For a cluster without Consul: the master writes the keys that this worker would have put. Any thread.
class MasterDirectory final : public Directory {
 public:
  MasterDirectory(std::shared_ptr<Registry> registry, std::string public_address)
      : registry_(std::move(registry)), public_address_(std::move(public_address)) {}

  Status PutHolder(const std::string& instance) override;
  Status DropHolder(const std::string& instance) override;
  Status PutEndpoints(const std::string& instance, const Published& published) override;
  Status DropEndpoints(const std::string& instance) override;
  // The master keeps what it was told: only what it was not told in this process's life is told again.
  Status Sweep(const std::function<Standing()>& standing) override;

 private:
  // With publishing_ held; no endpoints: withdrawn.
  Status Tell(const std::string& instance, const std::vector<Endpoint>& endpoints);

  const std::shared_ptr<Registry> registry_;
  const std::string public_address_;
  std::mutex publishing_;                              // held over a change: a sweep sees none half done
  std::map<std::string, std::vector<Endpoint>> told_;  // guarded by publishing_
};

}  // namespace edm::worker
