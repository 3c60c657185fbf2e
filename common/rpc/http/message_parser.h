#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/rpc/http/headers.h"

namespace edm::rpc {

// What came before a message's body.
struct MessageHead {
  std::string method;  // requests
  std::string target;  // requests
  int status = 0;      // responses
  int minor_version = 1;
  HttpHeaders headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
};

// Reads one HTTP/1 message from bytes that the caller has. Errors: kInvalidArgument (malformed),
// kResourceExhausted (head too large), kDataLoss (cut off).
class MessageParser {
 public:
  enum class Kind : std::uint8_t { kRequest, kResponse, kResponseToHead };

  MessageParser(Kind kind, std::uint32_t header_bytes_max);
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  // Until head_done(): give it all bytes that are there; it returns how many were used (none until all of the
  // head has come, so the next call must repeat them).
  Result<std::size_t> FeedHead(std::string_view bytes);
  bool head_done() const;
  MessageHead& head();

  struct Fed {
    std::size_t used = 0;  // of `bytes`
    std::size_t body = 0;  // written to `into`
  };
  Result<Fed> FeedBody(std::string_view bytes, std::span<char> into);
  bool done() const;
  // The connection ended.
  Status FeedEnd();
  // Whether the peer takes another message on this connection afterwards.
  bool keep_alive() const;

 private:
  class Adapter;
  std::unique_ptr<Adapter> adapter_;
};

}  // namespace edm::rpc
