#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fakes/fake_container_runtime.h"
#include "worker/adapters/addresses/machine_address_reserver.h"
#include "worker/adapters/network/socket_fd.h"

namespace edm::worker {
namespace {

// An engine whose networks and published ports are given.
class ScriptedEngine final : public FakeContainerRuntime {
 public:
  Result<std::vector<NetworkSubnet>> Subnets() override { return subnets; }
  Result<std::vector<ContainerFacts>> Containers(const std::string& instance) override {
    std::vector<ContainerFacts> ours;
    for (const auto& one : containers) {
      if (one.instance == instance) ours.push_back(one);
    }
    return ours;
  }

  std::vector<NetworkSubnet> subnets;
  std::vector<ContainerFacts> containers;
};

// A loopback port that somebody listens on.
class Taken {
 public:
  Taken() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(fd_.get(), 1), 0);
    EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    port = ntohs(at.sin_port);
  }
  std::uint16_t port = 0;

 private:
  SocketFd fd_;
};

// A port that nobody listens on now.
std::uint16_t FreePort() { return Taken().port; }

class Addressing : public ::testing::Test {
 protected:
  static WantedPort Any() { return {"web", 80, "tcp"}; }
  static WantedPort Fixed(std::uint16_t host_port) { return {"web", 80, "tcp", host_port}; }

  ScriptedEngine engine_;
  MachineAddressReserver reserver_{
      engine_,
      {.ports = {20'000, 32'000}, .subnets = *ParseSubnetPool("10.253.0.0/22"), .bind_address = "127.0.0.1"}};
};

TEST_F(Addressing, AFixedPortOfAnotherInstanceIsRefusedByItsName) {
  const auto port = FreePort();
  ASSERT_TRUE(reserver_.Reserve("shop", {Fixed(port)}, {}).ok());
  const auto refused = reserver_.Reserve("blog", {Any(), Fixed(port)}, {"default"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_NE(refused.error().cause.find("instance shop"), std::string::npos);
  // Nothing of the refused request was kept.
  reserver_.Release("shop");
  EXPECT_EQ(reserver_.SubnetsFree(), 4U);
  EXPECT_TRUE(reserver_.Reserve("third", {Fixed(port)}, {}).ok());
}

TEST_F(Addressing, AFixedPortThatSomebodyListensOnIsRefusedByTheProcess) {
  const Taken taken;
  const auto refused = reserver_.Reserve("shop", {Fixed(taken.port)}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().object, "shop/web");
  EXPECT_NE(refused.error().cause.find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos)
      << refused.error().cause;
  EXPECT_NE(refused.error().hint.find("write \"80\""), std::string::npos);
  // It stays nobody's.
  EXPECT_FALSE(reserver_.Reserve("blog", {Fixed(taken.port)}, {}).ok());
}

TEST_F(Addressing, WhatTheInstanceItselfPublishesIsFreeForIt) {
  const Taken taken;
  ContainerFacts web{.instance = "shop", .service = "web", .state = ContainerState::kRunning};
  web.ports = {{80, "tcp", "127.0.0.1", taken.port}};
  engine_.containers = {web};
  EXPECT_TRUE(reserver_.Reserve("shop", {Fixed(taken.port)}, {}).ok());
  reserver_.Release("shop");
  EXPECT_FALSE(reserver_.Reserve("blog", {Fixed(taken.port)}, {}).ok());
  // One that has stopped holds nothing: somebody else took the port since.
  engine_.containers[0].state = ContainerState::kExited;
  EXPECT_FALSE(reserver_.Reserve("shop", {Fixed(taken.port)}, {}).ok());
}

TEST_F(Addressing, APortThatWasKeptAndTakenMeanwhileIsTold) {
  const Taken taken;
  reserver_.Adopt("shop", {{{"web/80/tcp", taken.port}}, {}});
  const auto lost = reserver_.Reserve("shop", {Any()}, {});
  ASSERT_FALSE(lost.ok());
  EXPECT_NE(lost.error().cause.find("which is kept for port 80, is held by"), std::string::npos);
  EXPECT_NE(lost.error().hint, "");
}

TEST_F(Addressing, FixedPortsAreKnownAgainFromTheJournal) {
  const auto port = FreePort();
  const auto kept = reserver_.Reserve("shop", {Fixed(port), Any()}, {}).value();
  EXPECT_EQ(kept.ports.size(), 2U);
  MachineAddressReserver again(engine_, {.bind_address = "127.0.0.1"});
  again.Adopt("shop", kept);
  EXPECT_FALSE(again.Reserve("blog", {Fixed(port)}, {}).ok());
  EXPECT_EQ(again.Reserve("shop", {Fixed(port), Any()}, {})->ports, kept.ports);
}

TEST_F(Addressing, ASubnetThatAnotherNetworkTookIsReplacedAndLeftAlone) {
  const auto before = reserver_.Reserve("shop", {}, {"front", "back"}).value();
  EXPECT_EQ(reserver_.MoveSubnets("shop").value(), std::nullopt) << "nobody took any";
  // Its own network may be there already; somebody else's lies on the other subnet.
  engine_.subnets = {{before.subnets.at("back"), "shop"}, {before.subnets.at("front"), ""}};
  const auto moved = reserver_.MoveSubnets("shop").value();
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(moved->subnets.at("back"), before.subnets.at("back"));
  EXPECT_NE(moved->subnets.at("front"), before.subnets.at("front"));
  EXPECT_EQ(reserver_.MoveSubnets("shop").value(), std::nullopt);
  EXPECT_EQ(reserver_.Reserve("shop", {}, {"front"})->subnets, moved->subnets);
  EXPECT_NE(reserver_.Reserve("blog", {}, {"default"})->subnets.at("default"), before.subnets.at("front"));
}

TEST_F(Addressing, APoolThatIsUsedUpMovesNothing) {
  const auto held = reserver_.Reserve("shop", {}, {"a", "b", "c", "d"}).value();
  engine_.subnets = {{"10.253.0.0/22", ""}};
  const auto refused = reserver_.MoveSubnets("shop");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_EQ(reserver_.Reserve("shop", {}, {"a"})->subnets, held.subnets);
}

}  // namespace
}  // namespace edm::worker
