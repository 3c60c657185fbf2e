#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/owned.h"
#include "common/rpc/join_token.h"
#include "common/rpc/openssl.h"
#include "common/rpc/tls.h"

namespace edm::rpc {
namespace {

struct Socket {
  int fd = -1;
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }
};

class Deadline {
 public:
  explicit Deadline(Millis timeout) : end_(std::chrono::steady_clock::now() + timeout) {}
  // False at the deadline.
  bool Await(int fd, short events) const {
    const auto left = std::chrono::duration_cast<Millis>(end_ - std::chrono::steady_clock::now()).count();
    pollfd waiting{fd, events, 0};
    return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

Error Unreachable(const std::string& address, std::string cause) {
  return {Code::kUnavailable,
          "master " + address,
          std::move(cause),
          {},
          "is it running, and is this its cluster port (8801 by default)?"};
}

Status Connect(const std::string& address, const Deadline& deadline, Socket& socket) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) {
    return Error{
        Code::kInvalidArgument, "address " + address, "it has no port", {}, "write it like 10.0.0.1:8801"};
  }
  auto host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found);
      code != 0) {
    return Unreachable(address, ::gai_strerror(code));
  }
  const Owned<addrinfo, ::freeaddrinfo> all(found);
  int failure = ECONNREFUSED;
  for (auto* one = found; one != nullptr; one = one->ai_next) {
    if (socket.fd >= 0) ::close(socket.fd);
    socket.fd = ::socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, one->ai_protocol);
    if (socket.fd < 0) return Unreachable(address, std::strerror(errno));
    if (::connect(socket.fd, one->ai_addr, one->ai_addrlen) == 0) return Ok();
    if (errno != EINPROGRESS) {
      failure = errno;
      continue;
    }
    if (!deadline.Await(socket.fd, POLLOUT)) return Unreachable(address, "no answer in time");
    socklen_t size = sizeof failure;
    ::getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure == 0) return Ok();
  }
  return Unreachable(address, std::strerror(failure));
}

Status Shake(SSL& session, int fd, const std::string& address, const Deadline& deadline) {
  for (;;) {
    const int done = SSL_connect(&session);
    if (done == 1) return Ok();
    const int why = SSL_get_error(&session, done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      auto error = openssl::Failed("master " + address);
      error.code = Code::kUnavailable;
      error.cause = "it does not speak TLS there";
      error.hint = "is this its cluster port (8801 by default)?";
      return error;
    }
    if (!deadline.Await(fd, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) {
      return Unreachable(address, "no answer in time");
    }
  }
}

}  // namespace

Result<std::string> FetchCa(const std::string& address, std::string_view fingerprint, Millis timeout) {
  if (fingerprint.size() < kFingerprintMin) {
    return Error{
        Code::kInvalidArgument, "fingerprint", "it is too short to trust", {}, "use a token as it was given"};
  }
  const Deadline deadline(timeout);
  Socket socket;
  EDM_CHECK(Connect(address, deadline, socket));
  const openssl::Context context(SSL_CTX_new(TLS_client_method()));
  const openssl::Session session(context ? SSL_new(context.get()) : nullptr);
  // gRPC's servers hang up on clients that do not offer HTTP/2.
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  if (!session || SSL_set_fd(session.get(), socket.fd) != 1 ||
      SSL_set_alpn_protos(session.get(), kHttp2, sizeof kHttp2) != 0) {
    return openssl::Failed("TLS");
  }
  SSL_set_verify(session.get(), SSL_VERIFY_NONE, nullptr);
  EDM_CHECK(Shake(*session, socket.fd, address, deadline));
  const auto* chain = SSL_get_peer_cert_chain(session.get());
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    auto* certificate = sk_X509_value(chain, i);
    if (openssl::FingerprintOf(*certificate).starts_with(fingerprint)) return openssl::ToPem(*certificate);
  }
  return Error{Code::kPermissionDenied,
               "master " + address,
               "its CA is not the one that the token names",
               {},
               "the token is of another cluster, or somebody else answers at this address"};
}

}  // namespace edm::rpc
