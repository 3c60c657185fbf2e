#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/rpc/http/client.h"
#include "common/rpc/http/patience.h"

namespace edm::rpc {

// Where a client connects to.
struct Origin {
  std::string url;  // for messages
  std::string unix_path;
  std::string host;  // without brackets
  std::string port;
  bool tls = false;
  std::string host_header;
};

Result<Origin> ParseOrigin(std::string_view url);

// A connection that never blocks by itself. One thread may read while another writes.
class Transport {
 public:
  // What a socket had to say: some bytes, nothing yet, or its end.
  struct Moved {
    std::size_t bytes = 0;
    bool ended = false;  // reading: the peer closed its side
  };

  virtual ~Transport() = default;
  virtual Result<Moved> ReadSome(std::span<char> into) = 0;
  virtual Result<Moved> WriteSome(std::string_view bytes) = 0;
  virtual void ShutdownWrite() = 0;
  virtual int fd() const = 0;
};

// Speaks TLS over a connected, non-blocking socket that it then owns.
Result<std::unique_ptr<Transport>> WrapInTls(int fd, const Origin& origin, const HttpClientTls& tls,
                                             const Patience& patience);

// Connects, with TLS where the origin says so. Errors: kUnavailable, kDeadlineExceeded, kCancelled,
// kUnauthenticated (a certificate that is not believed).
Result<std::unique_ptr<Transport>> Dial(const Origin& origin, const HttpClientTls& tls,
                                        const Patience& patience);

}  // namespace edm::rpc
