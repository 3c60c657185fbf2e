#pragma once

#include <string>
#include <vector>

#include "common/ports/process_runner.h"
#include "edm/v1/model.pb.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/inventory/inventory.h"
#include "edmctl/remote/ssh_host.h"
#include "edmctl/remote/worker_setup.h"

namespace edm::ctl {

SshOptions SshOptionsOf(const Invocation& invocation);

// Adding workers to one cluster, by one command's options. Any thread: each Run goes to a machine of its own.
class WorkerAddition {
 public:
  static constexpr Millis kReadyWithin{60'000};
  static constexpr Millis kTokenLifetime{600'000};

  // Errors: there is no package of edm-worker, or nobody knows where workers reach the master. `invocation`
  // and `runner` outlive it.
  static Result<WorkerAddition> From(Invocation& invocation, ProcessRunner& runner);

  // From a bare machine to a worker that is ready.
  Result<v1::Worker> Run(const InventoryWorker& worker, const std::string& public_address,
                         const SayStep& say) const;

 private:
  WorkerAddition(MasterClient& master, ProcessRunner& runner) : master_(master), runner_(runner) {}
  Status CheckAbsent(const std::string& id) const;
  Result<std::string> Token(const std::string& id) const;
  Result<v1::Worker> AwaitReady(const std::string& id) const;

  MasterClient& master_;
  ProcessRunner& runner_;
  SshOptions ssh_;
  std::string cluster_address_;
  std::vector<std::string> packages_;
};

}  // namespace edm::ctl
