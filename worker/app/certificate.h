#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/ports/clock.h"
#include "common/rpc/tls.h"
#include "worker/app/options.h"
#include "worker/core/master_clock.h"

namespace edm::worker {

class Registry;

// This worker's certificate while it runs: asks for the next one in time, keeps it on disk, and goes over to
// it without a restart. One thread; the worker's rpc port watches the file by itself.
class Certificate {
 public:
  static constexpr Millis kLookEvery{60'000};  // at the least: what is known of the master's clock may change
  static constexpr int kLooksInALife = 10;     // where that is more often

  struct Peers {
    std::shared_ptr<Registry> registry;
    const Clock& clock;
    // Told of each new identity.
    std::function<void(const rpc::Identity&)> taken;
  };
  Certificate(const WorkerOptions& options, std::string id, rpc::Validity valid, Peers peers)
      : options_(options), id_(std::move(id)), valid_(valid), peers_(std::move(peers)) {}

  // Renews it when that is due; says after how long to look again.
  Millis Turn(const MasterClock& master);
  // Why it could not be renewed; "" when all is well.
  const std::string& trouble() const { return trouble_; }

 private:
  Status Renew();

  const WorkerOptions& options_;
  const std::string id_;
  rpc::Validity valid_;
  const Peers peers_;
  std::uint32_t failures_ = 0;
  std::string trouble_;
};

}  // namespace edm::worker
