#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/ports/kv_store.h"
#include "worker/adapters/directory/catalog_entry.h"
#include "worker/ports/directory.h"

namespace edm::worker {

struct ConsulAgentOptions {
  std::string url = "http://127.0.0.1:8500";  // of the agent on this machine
  std::string token;
  std::string ca;  // PEM, for https
};

// instance/<id>/ip in Consul's K/V, endpoints in its catalog through the agent on this machine. Any thread.
class ConsulDirectory final : public Directory {
 public:
  // `store` is Consul's and outlives it.
  ConsulDirectory(KvStore& store, ConsulAgentOptions agent, CatalogSelf self);
  ~ConsulDirectory() override;

  Status PutHolder(const std::string& instance) override;
  Status DropHolder(const std::string& instance) override;
  Status PutEndpoints(const std::string& instance, const Published& published) override;
  Status DropEndpoints(const std::string& instance) override;
  Status Sweep(const std::function<Standing()>& standing) override;

 private:
  class Agent;
  // Makes the agent's entries of the instance exactly `wanted`.
  Status Reconcile(const std::vector<CatalogEntry>& wanted, const std::string& instance);
  // Makes the agent's entries `there` exactly `wanted`.
  Status Replace(std::map<std::string, CatalogEntry> there, const std::vector<CatalogEntry>& wanted);

  KvStore& store_;
  const CatalogSelf self_;
  const std::unique_ptr<Agent> agent_;
  std::mutex publishing_;  // held over a change of the catalog: a sweep sees none half done
};

}  // namespace edm::worker
