#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "worker/adapters/network/host_routes.h"
#include "worker/adapters/network/port_probe.h"
#include "worker/adapters/network/socket_fd.h"
#include "worker/adapters/network/tcp_probe.h"

namespace edm::worker {
namespace {

// Listens on a loopback port that the kernel chose.
class Listener {
 public:
  explicit Listener(int type) : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_TRUE(type != SOCK_STREAM || ::listen(fd_.get(), 1) == 0);
    EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
  }
  std::uint16_t port() const { return port_; }

 private:
  SocketFd fd_;
  std::uint16_t port_ = 0;
};

TEST(NetworkProbe, TellsAPortInUseFromAFreeOne) {
  std::uint16_t was = 0;
  {
    const Listener tcp(SOCK_STREAM);
    was = tcp.port();
    EXPECT_FALSE(CanBind("127.0.0.1", was, "tcp"));
    EXPECT_FALSE(CanBind("0.0.0.0", was, "tcp"));
    EXPECT_TRUE(CanBind("127.0.0.1", was, "udp"));
    EXPECT_TRUE(Accepts("127.0.0.1", was, Millis(500)));
  }
  EXPECT_TRUE(CanBind("127.0.0.1", was, "tcp"));
  EXPECT_FALSE(Accepts("127.0.0.1", was, Millis(500)));
  const Listener udp(SOCK_DGRAM);
  EXPECT_FALSE(CanBind("127.0.0.1", udp.port(), "udp"));
}

TEST(NetworkProbe, WhatCannotBeAskedIsNotFree) {
  EXPECT_FALSE(CanBind("127.0.0.1", 20'000, "sctp"));
  EXPECT_FALSE(CanBind("not an address", 20'000, "tcp"));
  EXPECT_FALSE(Accepts("", 80, Millis(100)));
}

TEST(NetworkProbe, ReadsThisMachine) {
  EXPECT_TRUE(HostRoutes().ok());
  EXPECT_TRUE(HostAddresses().ok());
}

}  // namespace
}  // namespace edm::worker
