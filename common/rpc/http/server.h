#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/http/exchange.h"
#include "common/rpc/http/listener.h"

namespace edm::rpc {

struct HttpLimits {
  std::size_t connections_max = 8192;
  std::uint32_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = 1024 * 1024;      // unless the handler says otherwise (LimitBody)
  std::size_t send_queue_bytes_max = 1024 * 1024;  // per connection
  Millis header_timeout{10'000};                   // for the whole head, and for the TLS handshake
  Millis idle_timeout{75'000};                     // between two requests
  Millis stall_timeout{30'000};                    // not one byte of an awaited body, or of a waiting answer
  std::uint64_t body_bytes_per_second_min = 512;   // on average, once a body was awaited for stall_timeout
};

// PEM texts, not paths.
struct HttpServerTls {
  std::string certificate_chain;
  std::string private_key;
  std::string client_ca;  // given: clients must show a certificate of this CA
};

struct HttpServerOptions {
  std::vector<std::string> listen{"127.0.0.1:0"};  // "address:port", "[::1]:port"; port 0 takes a free one
  std::vector<Listener> listeners;                 // further ones, which listen already
  std::optional<HttpServerTls> tls;
  unsigned io_threads = 1;
  HttpLimits limits;
  // What is answered to that which is no request (400, 408, 431, 501); plain text unless given. On an io
  // thread.
  std::function<HttpAnswer(const Error&, int status)> refuse;
};

// HTTP/1.1 over TCP or TLS, with keep-alive, pipelining, chunks, "100 Continue" and upgrades.
class HttpServer {
 public:
  // Called on an io thread when the head has arrived, before the body: must return soon and not throw.
  using Handler = std::function<void(std::shared_ptr<Exchange>)>;

  // Error: the address is taken or not ours, or the certificate does not fit its key.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, Handler handler);
  ~HttpServer();  // Stop(0)
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // New connections are taken with this from now on. Only where it was started with TLS. Error: the
  // certificate does not fit its key, and the one before stays.
  Status Renew(const HttpServerTls& tls);

  // As bound, in the order of `listeners` and `listen`: "127.0.0.1:40213".
  const std::vector<std::string>& addresses() const;
  std::uint16_t port() const;  // of the first
  std::size_t connections() const;

  // Takes no new connection, tells every exchange (OnGone), lets them finish until `patience` is over, then
  // breaks what is left. Blocks; once. Not from an io thread.
  void Stop(Millis patience);

 private:
  class State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace edm::rpc
