#include "worker/adapters/network/tcp_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "worker/adapters/network/socket_fd.h"

namespace edm::worker {

bool Accepts(const std::string& address, std::uint16_t port, Millis timeout) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return false;
  const SocketFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return false;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd wanted{fd.get(), POLLOUT, 0};
  if (::poll(&wanted, 1, static_cast<int>(timeout.count())) != 1) return false;
  int failure = 0;
  socklen_t size = sizeof failure;
  return ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0;
}

}  // namespace edm::worker
