#pragma once

#include <map>
#include <string>

#include "common/base/unique_fd.h"

namespace edm {

// Listening sockets that the service manager keeps over a restart: who connects meanwhile waits a moment
// instead of being refused (FileDescriptorStoreMax= of the unit; sd_notify(3), sd_listen_fds(3)). Without one
// that does so, nothing is kept, and nothing fails. Used while a program starts, by one thread.
class KeptSockets {
 public:
  // Takes what this process was handed.
  KeptSockets();
  // Those that nobody has claimed are closed, here and with the service manager: none listens any more where
  // nobody answers.
  ~KeptSockets();
  KeptSockets(const KeptSockets&) = delete;
  KeptSockets& operator=(const KeptSockets&) = delete;

  // The one that was kept under this name, if it listens.
  UniqueFd Claim(const std::string& name);
  // Asks the service manager to keep it from now on. ':' is the only character that a name loses.
  static void Keep(int socket, const std::string& name);

 private:
  std::map<std::string, UniqueFd> handed_;
};

}  // namespace edm
