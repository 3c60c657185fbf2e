#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edmctl/remote/host_facts.h"
#include "edmctl/remote/remote_host.h"

namespace edm::ctl {

// What is done on a Debian machine as root, by programs that every one has. Errors of what a program refuses
// carry its last lines.
class DebianHost {
 public:
  // Finds out whether `sudo -n` is needed. Error kPermissionDenied: neither root nor sudo without a password.
  static Result<DebianHost> Enter(RemoteHost& host);

  // Error kFailedPrecondition when it ends with another code than 0; `object` is what the error is about.
  Result<std::string> Do(const std::vector<std::string>& words, const std::string& object,
                         std::string_view input = {}, Millis deadline = RemoteHost::kQuickly);
  // Whether it ends with 0.
  Result<bool> Succeeds(const std::vector<std::string>& words);
  // "" when there is no such file.
  Result<std::string> ReadFile(const std::string& path);
  Status WriteFile(const std::string& path, std::string_view content, const std::string& mode);

  Result<HostInventory> TakeInventory();
  Result<bool> HasSystemd() { return Succeeds({"test", "-d", "/run/systemd/system"}); }

 private:
  DebianHost(RemoteHost& host, bool sudo) : host_(host), sudo_(sudo) {}
  std::vector<std::string> AsRoot(std::vector<std::string> words) const;

  RemoteHost& host_;
  const bool sudo_;
};

}  // namespace edm::ctl
