#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/assert.h"

namespace edm::rpc {

// A client that sends exactly the bytes it is told, well-formed or not.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = ::htons(port);
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    EDM_ASSERT(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False once the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  // Until `wanted` has arrived, the server closes, or the time is over.
  std::string ReadUntil(std::string_view wanted, int timeout_ms = 3'000) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (seen_.find(wanted) == std::string::npos || wanted.empty()) {
      pollfd wait{fd_, POLLIN, 0};
      if (std::chrono::steady_clock::now() >= until || ::poll(&wait, 1, timeout_ms) <= 0) break;
      char bytes[65536];
      const auto got = ::recv(fd_, bytes, sizeof bytes, 0);
      closed_ = got <= 0;
      if (closed_) break;
      seen_.append(bytes, static_cast<std::size_t>(got));
    }
    return seen_;
  }
  std::string ReadAll(int timeout_ms = 3'000) { return ReadUntil("", timeout_ms); }
  bool closed() const { return closed_; }
  void Forget() { seen_.clear(); }
  void ShutdownWrite() { ::shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  std::string seen_;
  bool closed_ = false;
};

}  // namespace edm::rpc
