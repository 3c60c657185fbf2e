#include "common/rpc/http/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/base/owned.h"

namespace edm::rpc {
namespace {

constexpr int kBacklog = 1024;

Error CannotListen(const std::string& address, int number) {
  const auto error = [&](Code code, std::string hint) {
    return Error{code, "listen " + address, std::strerror(number), {}, std::move(hint)};
  };
  switch (number) {
    case EADDRINUSE:
      return error(Code::kFailedPrecondition, "stop what listens there, or take another port");
    case EACCES:
      return error(Code::kPermissionDenied, "take a port above 1023");
    case EADDRNOTAVAIL:
      return error(Code::kNotFound, "use an address of this machine");
    default:
      return error(Code::kInternal, "");
  }
}

}  // namespace

Result<Listener> Listen(const std::string& address) {
  const auto wrong = [&] {
    return Error{
        Code::kInvalidArgument, "listen " + address, "not of the form 127.0.0.1:8080 or [::1]:8080", {}, ""};
  };
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return wrong();
  auto host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (host.empty() || ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0)
    return wrong();
  const Owned<addrinfo, ::freeaddrinfo> owner(found);

  Listener listener{.v6 = found->ai_family == AF_INET6};
  listener.fd.Reset(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int one = 1;
  ::setsockopt(listener.fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (listener.v6) ::setsockopt(listener.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  if (::bind(listener.fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(listener.fd.get(), kBacklog) != 0) {
    return CannotListen(address, errno);
  }
  return Adopt(std::move(listener.fd));
}

Listener Adopt(UniqueFd listening) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  Listener listener{.fd = std::move(listening), .v6 = bound.ss_family == AF_INET6};
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
  listener.port = static_cast<std::uint16_t>(std::atoi(port));
  listener.address = (listener.v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + port;
  return listener;
}

}  // namespace edm::rpc
