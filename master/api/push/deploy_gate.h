#pragma once

#include "common/ports/clock.h"
#include "common/ports/entropy.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"
#include "master/ports/git_server.h"
#include "master/ports/push_gate.h"

namespace edm::master {

// Deploys what is pushed to a deploy branch: blocks until the operation has ended, and shows its steps
// meanwhile. Any number of threads.
class DeployGate final : public PushGate {
 public:
  static constexpr Millis kQuietMax{5'000};  // then a line says that it goes on

  DeployGate(Cluster& cluster, EventLog& log, GitServer& git, Entropy& entropy)
      : cluster_(cluster), log_(log), git_(git), entropy_(entropy) {}

  Status Admit(const std::string& owner, const std::string& instance, bool write,
               const std::string& actor) override;
  Result<Verdict> Judge(const PushedBranch& push, const std::function<void(std::string_view)>& on_line,
                        std::stop_token stop) override;

 private:
  Result<std::string> Begin(const PushedBranch& push, std::uint32_t replicas);
  Result<Operation> Follow(const std::string& operation, const std::function<void(std::string_view)>& on_line,
                           std::stop_token stop);

  Cluster& cluster_;
  EventLog& log_;
  GitServer& git_;
  Entropy& entropy_;
};

}  // namespace edm::master
