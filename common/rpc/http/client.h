#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/http/duplex_stream.h"
#include "common/rpc/http/headers.h"

namespace edm::rpc {

inline constexpr Millis kNever = Millis::max();

struct HttpClientTls {
  std::string ca;                 // PEM: only certificates of this CA are believed; "" the system's CAs
  std::string certificate_chain;  // PEM: shown to the server, if given
  std::string private_key;
  std::string server_name;  // expected instead of the URL's host, if given
};

struct HttpClientOptions {
  std::string url;  // "http://127.0.0.1:8500", "https://host:8443", "unix:///var/run/docker.sock"; no path
  HttpClientTls tls;
  HttpHeaders headers;  // sent with each call: credentials
  Millis connect_timeout{3'000};
  std::size_t idle_connections_max = 4;             // kept for the next call
  std::uint64_t body_bytes_max = 32 * 1024 * 1024;  // of an answer that is collected
};

struct HttpCall {
  std::string method = "GET";
  std::string target = "/";  // path and query, encoded (target.h)
  HttpHeaders headers;
  std::string body;
  // A streamed body instead: fills the span, 0 ends it. Sent chunked unless `body_size` is given.
  std::function<Result<std::size_t>(std::span<char>)> body_source;
  std::optional<std::uint64_t> body_size;
  Millis deadline{10'000};  // for everything, from connecting to the last byte; kNever for streams
  Millis stall{30'000};     // not one byte either way
};

struct HttpReply {
  int status = 0;
  HttpHeaders headers;
  std::string body;  // empty when it went to a sink
  bool ok() const { return status >= 200 && status < 300; }
};

// Calls to one server. Blocking, any thread, several at once; each call has a connection to itself.
// Any status is a reply; redirects are not followed. Errors name the URL (never a credential): kUnavailable
// (no connection, or it broke: a call that is not a GET may have been carried out), kDeadlineExceeded,
// kCancelled, kResourceExhausted (answer too large), kInvalidArgument (URL).
class HttpClient {
 public:
  // Gets the body in pieces, whatever the status; an error ends the call with it.
  using BodySink = std::function<Status(int status, std::string_view piece)>;

  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Result<HttpReply> Call(const HttpCall& call, std::stop_token stop = {});
  Result<HttpReply> Stream(const HttpCall& call, const BodySink& sink, std::stop_token stop = {});

  struct Upgraded {
    HttpReply reply;                       // any status
    std::unique_ptr<DuplexStream> stream;  // null unless the server answered 101 or 200
  };
  // Sends "Connection: Upgrade" and "Upgrade: <protocol>"; the deadline ends with the head of the answer.
  Result<Upgraded> Upgrade(const HttpCall& call, std::string_view protocol, std::stop_token stop = {});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace edm::rpc
