#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>

#include "common/base/owned.h"
#include "common/rpc/http/pem.h"
#include "common/rpc/http/transport.h"

namespace edm::rpc {
namespace {

using ContextPtr = Owned<SSL_CTX, ::SSL_CTX_free>;
using SslPtr = Owned<SSL, ::SSL_free>;

// OpenSSL's state is used by one thread at a time; nobody waits for the socket inside the lock.
class TlsTransport final : public Transport {
 public:
  TlsTransport(int fd, SslPtr ssl) : fd_(fd), ssl_(std::move(ssl)) {}
  ~TlsTransport() override {
    ssl_.reset();
    ::close(fd_);
  }

  Result<Moved> ReadSome(std::span<char> into) override {
    const std::lock_guard lock(mutex_);
    ::ERR_clear_error();
    std::size_t got = 0;
    const int code = ::SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    if (code == 1) return Moved{got};
    if (::SSL_get_error(ssl_.get(), code) == SSL_ERROR_ZERO_RETURN) return Moved{0, true};
    return Nothing(code);
  }
  Result<Moved> WriteSome(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    ::ERR_clear_error();
    std::size_t put = 0;
    const int code = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
    if (code == 1) return Moved{put};
    return Nothing(code);
  }
  void ShutdownWrite() override {
    const std::lock_guard lock(mutex_);
    ::ERR_clear_error();
    ::SSL_shutdown(ssl_.get());
  }
  int fd() const override { return fd_; }
  SSL* ssl() { return ssl_.get(); }

 private:
  Result<Moved> Nothing(int code) {
    const int reason = ::SSL_get_error(ssl_.get(), code);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) return Moved{};
    return Error{Code::kUnavailable, "", "the connection broke: " + OpenSslReason(), {}, ""};
  }
  const int fd_;
  SslPtr ssl_;
  std::mutex mutex_;
};

Result<ContextPtr> MakeContext(const Origin& origin, const HttpClientTls& tls) {
  ContextPtr context(::SSL_CTX_new(::TLS_client_method()));
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const bool trusted = tls.ca.empty() ? ::SSL_CTX_set_default_verify_paths(context.get()) == 1
                                      : AddCertificateAuthorities(context.get(), tls.ca);
  const bool known =
      tls.certificate_chain.empty() || UseCertificate(context.get(), tls.certificate_chain, tls.private_key);
  if (trusted && known) return context;
  return Error{Code::kInvalidArgument,
               origin.url,
               trusted ? "the client certificate does not fit its key" : "the ca is no certificate",
               {},
               "check the PEM text"};
}

Error Refused(const Origin& origin, SSL* ssl) {
  const auto verdict = ::SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) {
    return Error{Code::kUnauthenticated,
                 origin.url,
                 std::string("its certificate is not believed: ") + ::X509_verify_cert_error_string(verdict),
                 {},
                 "pin the ca that signed it"};
  }
  return Error{
      Code::kUnavailable, origin.url, "no TLS: " + OpenSslReason(), {}, "check that it speaks https"};
}

bool IsAddress(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Transport>> WrapInTls(int fd, const Origin& origin, const HttpClientTls& tls,
                                             const Patience& patience) {
  auto made = MakeContext(origin, tls);
  if (!made.ok()) {
    ::close(fd);
    return std::move(made).error();
  }
  auto transport = std::make_unique<TlsTransport>(fd, SslPtr(::SSL_new(made->get())));
  SSL* ssl = transport->ssl();
  ::SSL_set_fd(ssl, fd);
  const auto& name = tls.server_name.empty() ? origin.host : tls.server_name;
  if (IsAddress(name)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), name.c_str());
  } else {
    ::SSL_set_tlsext_host_name(ssl, name.c_str());
    ::SSL_set1_host(ssl, name.c_str());
  }
  while (true) {
    ::ERR_clear_error();
    const int code = ::SSL_connect(ssl);
    if (code == 1) return std::unique_ptr<Transport>(std::move(transport));
    const int reason = ::SSL_get_error(ssl, code);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return Refused(origin, ssl);
    EDM_CHECK(patience.Await(fd, reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT));
  }
}

}  // namespace edm::rpc
