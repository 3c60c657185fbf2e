#pragma once

#include <string>
#include <thread>

#include "common/adapters/lock/consul_leader_lock.h"
#include "common/rpc/http/client.h"

namespace edm {

// Short calls to the agent. Blocking; any thread.
class ConsulAgentCalls {
 public:
  explicit ConsulAgentCalls(const ConsulLockOptions& options);

  // Any status is a reply. `wait`: how long Consul was asked to hold the answer back.
  Result<rpc::HttpReply> Get(const std::string& target, Millis wait);
  Result<rpc::HttpReply> Put(const std::string& target, const std::string& body);
  // What a reply that is none of those expected means.
  Error Refused(const rpc::HttpReply& reply) const;

 private:
  Result<rpc::HttpReply> Call(rpc::HttpCall call, Millis wait);

  const std::string url_;
  const Millis patience_;
  rpc::HttpClient client_;
};

// This process in Consul's catalog, as a service "edm-master" with a check that fails when nobody passes it
// for `ttl`: a thread here does, four times in that time, and registers again what an agent forgot. It is a
// check of the service, not of the node: a failing one of the node would hide what else runs there.
class ConsulPresence {
 public:
  ConsulPresence(ConsulAgentCalls& agent, ConsulLockOptions options);
  ~ConsulPresence();  // out of the catalog

  const std::string& check_id() const { return check_id_; }

 private:
  void Keep(std::stop_token stop);
  bool Register();

  ConsulAgentCalls& agent_;
  const ConsulLockOptions options_;
  const std::string service_id_;
  const std::string check_id_;
  std::jthread keeper_;
};

}  // namespace edm
