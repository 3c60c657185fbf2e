#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/adapters/network/host_routes.h"
#include "worker/adapters/network/port_holder.h"
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

TEST(NetworkProbe, NamesTheProcessThatHasAPort) {
  const Listener tcp(SOCK_STREAM);
  const Listener udp(SOCK_DGRAM);
  const auto us = "(pid " + std::to_string(::getpid()) + ")";
  EXPECT_NE(HolderOfPort(tcp.port(), "tcp").value_or("nobody").find(us), std::string::npos);
  EXPECT_NE(HolderOfPort(udp.port(), "udp").value_or("nobody").find(us), std::string::npos);
  EXPECT_EQ(HolderOfPort(udp.port(), "sctp"), std::nullopt);
}

TEST(NetworkProbe, FindsSocketsByTheirPort) {
  constexpr std::string_view kText =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0\n"
      "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0\n"
      "   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0\n"
      "   3: short line\n";
  EXPECT_EQ(SocketsOn(8'080, kText, true), std::set<std::string>{"111"}) << "a connection holds no port";
  EXPECT_EQ(SocketsOn(8'080, kText, false), (std::set<std::string>{"111", "222"}));
  EXPECT_TRUE(SocketsOn(80, kText, true).empty());
}

TEST(NetworkProbe, ReadsThisMachine) {
  EXPECT_TRUE(HostRoutes().ok());
  EXPECT_TRUE(HostAddresses().ok());
}

}  // namespace
}  // namespace edm::worker
