#include "common/app/kept_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "common/app/notify.h"
#include "common/base/text.h"

namespace edm {
namespace {

constexpr int kFirstHanded = 3;  // SD_LISTEN_FDS_START
constexpr int kHandedMax = 64;   // more is no count of sockets of ours

// "http 127.0.0.1:8080" -> "http 127.0.0.1,8080": names come and go in a list with ':' between them.
std::string NameForManager(std::string name) {
  std::ranges::replace(name, ':', ',');
  return name;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Listens(int fd) {
  int accepts = 0;
  socklen_t size = sizeof accepts;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0;
}

}  // namespace

KeptSockets::KeptSockets() {
  const auto names = Split(Variable("LISTEN_FDNAMES"), ':');
  const auto count = std::min(std::atoi(Variable("LISTEN_FDS").c_str()), kHandedMax);
  const bool ours = Variable("LISTEN_PID") == std::to_string(::getpid());
  for (const auto* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!ours) return;
  for (int i = 0; i < count; ++i) {
    UniqueFd fd(kFirstHanded + i);
    ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    if (static_cast<std::size_t>(i) < names.size())
      handed_[names[static_cast<std::size_t>(i)]] = std::move(fd);
  }
}

KeptSockets::~KeptSockets() {
  for (const auto& [name, fd] : handed_) Notify("FDSTOREREMOVE=1\nFDNAME=" + name);
}

UniqueFd KeptSockets::Claim(const std::string& name) {
  const auto found = handed_.find(NameForManager(name));
  if (found == handed_.end() || !Listens(found->second.get())) return {};
  auto fd = std::move(found->second);
  handed_.erase(found);
  return fd;
}

void KeptSockets::Keep(int socket, const std::string& name) {
  Notify("FDSTORE=1\nFDNAME=" + NameForManager(name), socket);
}

}  // namespace edm
