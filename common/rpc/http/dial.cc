#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <thread>

#include "common/rpc/http/transport.h"

namespace edm::rpc {
namespace {

Error NotConnected(const Origin& origin, int number) {
  return Error{Code::kUnavailable,
               origin.url,
               std::string("cannot connect: ") + std::strerror(number),
               {},
               "check that it runs and listens there"};
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int fd) : fd_(fd) {}
  ~PlainTransport() override { ::close(fd_); }

  Result<Moved> ReadSome(std::span<char> into) override {
    const auto got = ::recv(fd_, into.data(), into.size(), 0);
    if (got > 0) return Moved{static_cast<std::size_t>(got)};
    if (got == 0) return Moved{0, true};
    return Nothing();
  }
  Result<Moved> WriteSome(std::string_view bytes) override {
    const auto put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0) return Moved{static_cast<std::size_t>(put)};
    return Nothing();
  }
  void ShutdownWrite() override { ::shutdown(fd_, SHUT_WR); }
  int fd() const override { return fd_; }

 private:
  static Result<Moved> Nothing() {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Moved{};
    return Error{
        Code::kUnavailable, "", std::string("the connection broke: ") + std::strerror(errno), {}, ""};
  }
  const int fd_;
};

Status Connect(int fd, const sockaddr* address, socklen_t size, const Origin& origin,
               const Patience& patience) {
  if (::connect(fd, address, size) == 0) return Ok();
  // A unix socket whose backlog is full says EAGAIN, and never tells when there is room again.
  if (errno != EINPROGRESS) return NotConnected(origin, errno);
  EDM_CHECK(patience.Await(fd, POLLOUT));
  int number = 0;
  socklen_t length = sizeof number;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length);
  if (number != 0) return NotConnected(origin, number);
  return Ok();
}

Result<std::unique_ptr<Transport>> DialUnix(const Origin& origin, const Patience& patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (origin.unix_path.size() >= sizeof address.sun_path) {
    return Error{
        Code::kInvalidArgument, origin.url, "the path of a socket has at most 107 characters", {}, ""};
  }
  std::memcpy(address.sun_path, origin.unix_path.data(), origin.unix_path.size());
  auto transport =
      std::make_unique<PlainTransport>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  EDM_CHECK(
      Connect(transport->fd(), reinterpret_cast<sockaddr*>(&address), sizeof address, origin, patience));
  return std::unique_ptr<Transport>(std::move(transport));
}

struct Addresses {
  addrinfo* first = nullptr;
  int failure = 0;
  Addresses() = default;
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() {
    if (first != nullptr) ::freeaddrinfo(first);
  }
};

std::shared_ptr<Addresses> LookUp(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  auto found = std::make_shared<Addresses>();
  found->failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found->first);
  return found;
}

// A name server that is silent holds getaddrinfo for long and it cannot be stopped: it then ends by itself,
// on a thread that nobody waits for.
Result<std::shared_ptr<Addresses>> Resolve(const Origin& origin, const Patience& patience) {
  if (auto numeric = LookUp(origin.host, origin.port, AI_NUMERICHOST | AI_NUMERICSERV);
      numeric->failure == 0) {
    return numeric;
  }
  struct Question {
    std::shared_ptr<Addresses> answer;
    WakeEvent done;
  };
  auto question = std::make_shared<Question>();
  std::thread([question, host = origin.host, port = origin.port] {
    question->answer = LookUp(host, port, AI_NUMERICSERV | AI_ADDRCONFIG);
    question->done.Set();
  }).detach();
  EDM_CHECK(patience.Await(question->done.fd(), POLLIN));
  if (question->answer->failure == 0) return question->answer;
  return Error{Code::kUnavailable,
               origin.url,
               std::string("its name is not known: ") + ::gai_strerror(question->answer->failure),
               {},
               "check the name"};
}

Result<std::unique_ptr<Transport>> DialTcp(const Origin& origin, const Patience& patience) {
  EDM_TRY(const auto addresses, Resolve(origin, patience));
  Status last = NotConnected(origin, ENOENT);
  for (const auto* at = addresses->first; at != nullptr; at = at->ai_next) {
    auto transport = std::make_unique<PlainTransport>(
        ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    last = Connect(transport->fd(), at->ai_addr, at->ai_addrlen, origin, patience);
    if (last.ok()) {
      const int one = 1;
      ::setsockopt(transport->fd(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      ::setsockopt(transport->fd(), SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
      return std::unique_ptr<Transport>(std::move(transport));
    }
    if (last.error().code != Code::kUnavailable) break;
  }
  return std::move(last).error();
}

}  // namespace

Result<Origin> ParseOrigin(std::string_view url) {
  Origin origin{.url = std::string(url)};
  const auto wrong = [&] {
    return Error{Code::kInvalidArgument,
                 "url",
                 "not of the form http://host:port, https://host:port or unix:///path",
                 {},
                 "no path, and no credentials inside"};
  };
  if (url.starts_with("unix://")) {
    origin.unix_path = url.substr(7);
    origin.host_header = "localhost";
    if (!origin.unix_path.starts_with('/')) return wrong();
    return origin;
  }
  origin.tls = url.starts_with("https://");
  if (!origin.tls && !url.starts_with("http://")) return wrong();
  url.remove_prefix(origin.tls ? 8 : 7);
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty() || url.find_first_of("/@?# \r\n") != std::string_view::npos) return wrong();
  origin.host_header = url;
  const auto colon = url.rfind(':');
  const bool has_port = colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos;
  origin.port = has_port ? std::string(url.substr(colon + 1)) : origin.tls ? "443" : "80";
  auto host = has_port ? url.substr(0, colon) : url;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  origin.host = host;
  if (origin.host.empty() || origin.port.empty()) return wrong();
  return origin;
}

Result<std::unique_ptr<Transport>> Dial(const Origin& origin, const HttpClientTls& tls,
                                        const Patience& patience) {
  if (!origin.unix_path.empty()) return DialUnix(origin, patience);
  EDM_TRY(auto plain, DialTcp(origin, patience));
  if (!origin.tls) return plain;
  // The TLS transport takes the socket over; the plain one must not close it.
  const int fd = ::fcntl(plain->fd(), F_DUPFD_CLOEXEC, 3);
  plain.reset();
  return WrapInTls(fd, origin, tls, patience);
}

}  // namespace edm::rpc
