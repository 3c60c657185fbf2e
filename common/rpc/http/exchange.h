#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/rpc/http/headers.h"

namespace edm::rpc {

struct HttpRequest {
  std::string method;  // upper case, as sent
  std::string path;    // still percent-encoded (target.h)
  std::string query;   // without '?'
  HttpHeaders headers;
  std::string peer;  // "127.0.0.1:40112", "unix"
  bool tls = false;
  std::string client_name;                      // common name of a verified client certificate
  std::optional<std::uint64_t> content_length;  // none: chunked, or no body at all
  bool has_body = false;
};

struct HttpHead {
  int status = 200;
  HttpHeaders headers;
  // None: chunked (or until the connection ends, for HTTP/1.0). Given: exactly so many bytes must be written.
  std::optional<std::uint64_t> content_length;
};

struct HttpAnswer {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

// One request and its answer. Owned by whoever answers, who may do so at any time from any thread; what is
// not marked as blocking never blocks. Dropped without an answer it becomes a 500, or, once begun, a broken
// connection. HEAD needs no care: what is written is counted and dropped.
class Exchange {
 public:
  using PieceSink = std::function<void(Result<std::string>)>;

  virtual ~Exchange() = default;
  virtual const HttpRequest& request() const = 0;

  // --- the body -----------------------------------------------------------------------------------------
  // Replaces the server's limit; before the first read. More is refused with kResourceExhausted.
  virtual void LimitBody(std::uint64_t bytes_max) = 0;
  // Calls back once, on the io thread, with some bytes or, at the end, none. One at a time. The peer is
  // slowed down to the pace of the reads. Sends "100 Continue" where it is awaited.
  virtual void ReadPiece(PieceSink sink) = 0;
  // Blocking, never on the io thread; 0 is the end.
  virtual Result<std::size_t> Read(std::span<char> into) = 0;

  // --- the answer ---------------------------------------------------------------------------------------
  virtual void Respond(HttpAnswer answer) = 0;  // all at once
  virtual void Begin(HttpHead head) = 0;        // or in pieces: Begin, Send or Write, Finish
  // False when the client is gone, or reads so slowly that the send queue is full (it is then dropped).
  virtual bool Send(std::string bytes) = 0;
  // Calls back once, on any thread, when little of what was sent is still waiting; at once if that is so,
  // never if the client is gone first. One at a time.
  virtual void OnRoom(std::function<void()> callback) = 0;
  // Blocking, never on the io thread: waits while the send queue is full.
  virtual Status Write(std::string_view bytes) = 0;
  virtual void Finish() = 0;
  // Breaks the connection, so that a half-sent answer cannot be taken for a whole one.
  virtual void Abort() = 0;
  // Answers 101 (or 200) with `head`; from then on reads and writes carry raw bytes both ways.
  virtual void Upgrade(HttpHead head) = 0;

  // --- the client ---------------------------------------------------------------------------------------
  // Calls back once, on the io thread, when the client left or the server stops; at once if it has.
  // Not called after Finish. The callback may hold the exchange: it is dropped when the exchange ends.
  virtual void OnGone(std::function<void()> callback) = 0;
  virtual bool gone() const = 0;
};

// Collects the whole body, then calls back once on the io thread.
void ReadAll(const std::shared_ptr<Exchange>& exchange, std::uint64_t bytes_max, Exchange::PieceSink sink);

// Answers with plain text in UTF-8.
void RespondText(Exchange& exchange, int status, std::string text);

}  // namespace edm::rpc
