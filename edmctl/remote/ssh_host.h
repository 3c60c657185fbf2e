#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/ports/process_runner.h"
#include "edmctl/inventory/ssh_target.h"
#include "edmctl/remote/remote_host.h"

namespace edm::ctl {

struct SshOptions {
  bool accept_new = false;  // a host key that was never seen is taken and kept; a changed one never
  std::string config;       // ssh_config to use instead of the user's; "": that one
  std::vector<std::pair<std::string, std::string>> environment;  // of the ssh program
};

// By the OpenSSH client of this machine, over one connection that is kept until this object ends. Keys and
// agents are ssh's business; nothing is ever asked for.
class SshHost final : public RemoteHost {
 public:
  static constexpr Millis kConnectWithin{20'000};

  // `runner` outlives it. Errors: kPermissionDenied (the host's key or ours is not accepted), kUnavailable,
  // kNotFound (there is no ssh here).
  static Result<std::unique_ptr<SshHost>> Connect(ProcessRunner& runner, const SshTarget& target,
                                                  SshOptions options);
  ~SshHost() override;

  Result<Outcome> Run(const std::vector<std::string>& words, std::string_view input,
                      Millis deadline) override;
  const std::string& name() const override { return name_; }

 private:
  SshHost(ProcessRunner& runner, const SshTarget& target, SshOptions options, std::string folder);
  Status Open();
  bool IsOpen();
  ProcessSpec Spec(std::vector<std::string> flags, const std::vector<std::string>& words) const;

  ProcessRunner& runner_;
  const SshTarget target_;
  const SshOptions options_;
  const std::string folder_;  // of the control socket, mode 0700
  const std::string name_;
  std::unique_ptr<Process> connection_;
};

// What a failed connection means, by what ssh said.
Error NoConnection(const std::string& host, const std::string& said);

}  // namespace edm::ctl
