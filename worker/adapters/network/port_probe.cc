#include "worker/adapters/network/port_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "worker/adapters/network/socket_fd.h"

namespace edm::worker {

bool CanBind(const std::string& address, std::uint16_t port, std::string_view protocol) {
  int type = 0;
  if (protocol == "tcp") type = SOCK_STREAM;
  if (protocol == "udp") type = SOCK_DGRAM;
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (type == 0 || ::inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1) return false;
  const SocketFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return false;
  // Connections that linger after a listener's end do not stop a new one, and so must not stop us here.
  const int on = 1;
  if (type == SOCK_STREAM) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return false;
  return type == SOCK_DGRAM || ::listen(fd.get(), 1) == 0;
}

}  // namespace edm::worker
