#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/ports/leader_lock.h"

namespace edm {

class ConsulAgentCalls;
class ConsulPresence;

struct ConsulLockOptions {
  std::string url = "http://127.0.0.1:8500";
  std::string token;
  std::string prefix;   // laid before every key
  std::string name;     // of this candidate: no other has it
  std::string address;  // where it is reached, for the catalog; may be empty
  std::uint16_t port = 0;
  Millis ttl{1'000};  // a candidate that shows no life for so long loses the lock
};

// A key that is locked by a session of Consul's (1.8 and later). The session hangs on the node's serfHealth
// and on this candidate's own presence (consul_presence.h): a process that is killed or stopped loses the
// lock about `ttl` later, without a lock delay. Renew writes a second key, outside of what is watched as the
// cluster's state, and proves in the same transaction that the lock is held.
class ConsulLeaderLock final : public LeaderLock {
 public:
  static constexpr const char* kLockKey = "edm/v1/leader";
  static constexpr const char* kPulseKey = "edm/pulse";
  static constexpr const char* kService = "edm-master";

  explicit ConsulLeaderLock(ConsulLockOptions options);
  ~ConsulLeaderLock() override;  // ends the session: whoever holds the lock lets go of it

  Result<bool> Take(const std::string& record) override;
  Status Renew() override;
  Result<std::optional<LockHolder>> Look(Millis wait) override;
  Status Oust(const LockHolder& holder) override;
  void Release() override;

 private:
  std::string SessionName() const;
  void EndFormerLife();
  Status EnsureSession();

  const std::unique_ptr<ConsulAgentCalls> agent_;
  const std::unique_ptr<ConsulPresence> presence_;
  const std::string prefix_;
  const std::string name_;
  std::string session_;      // "": none, or Consul ended it
  std::uint64_t index_ = 0;  // of the lock's key, at the last Look
  std::uint64_t pulse_ = 0;
};

}  // namespace edm
