#pragma once

#include <functional>
#include <string>

#include "common/ports/leader_lock.h"
#include "tests/simulation/store_path.h"

namespace edm::simulation {

// A master's way to the lock. Its session ends by itself when it was not renewed for a while, and may outlive
// its holder until then.
class LockClient final : public LeaderLock {
 public:
  LockClient(StorePath& path, Millis ttl) : path_(path), ttl_(ttl) {}

  Result<bool> Take(const std::string& record) override;
  Status Renew() override;
  Result<std::optional<LockHolder>> Look(Millis wait) override;
  Status Oust(const LockHolder& holder) override;
  void Release() override;

 private:
  // When the session ends that is renewed at that moment.
  std::function<Millis()> EndOfSession();
  Result<std::optional<LockHolder>> LookOnce();

  StorePath& path_;
  const Millis ttl_;
  std::string claim_ = "none";
  std::string seen_;
};

}  // namespace edm::simulation
