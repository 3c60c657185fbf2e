#include <gtest/gtest.h>

#include "common/core/compose/port_list.h"
#include "common/core/compose/rules/service_keys.h"

namespace edm::compose {
namespace {

TEST(Ports, ReadsEveryShortForm) {
  const struct {
    const char* text;
    std::size_t count;
    WantedPort first;
  } cases[] = {
      {"2000", 1, {.port = 2000}},
      {"8080:80", 1, {.port = 80, .host_port = 8080}},
      {"127.0.0.1:8080:80/udp", 1, {.port = 80, .protocol = "udp", .host_port = 8080, .loopback_only = true}},
      {"127.0.0.1::80", 1, {.port = 80, .loopback_only = true}},
      {"[::1]:8080:80", 1, {.port = 80, .host_port = 8080, .loopback_only = true}},
      {"0.0.0.0:8080:80", 1, {.port = 80, .host_port = 8080}},
      {"3000-3002", 3, {.port = 3000}},
      {"4000-4001:3000-3001", 2, {.port = 3000, .host_port = 4000}},
  };
  for (const auto& each : cases) {
    const auto ports = ReadPorts(yaml::Node::String(each.text));
    ASSERT_TRUE(ports.ok()) << each.text;
    EXPECT_EQ(ports->size(), each.count) << each.text;
    EXPECT_TRUE(ports->front() == each.first) << each.text;
  }
}

TEST(Ports, RefusesTheRest) {
  for (const auto* text : {"", "0", "-1", "65536", "a", "80:a", "80/", "3002-3000", "1-2:3-5", "80/icmp",
                           "1-100", "80 ", "8000-9000:80", "3000:1-2"}) {
    EXPECT_FALSE(ReadPorts(yaml::Node::String(text)).ok()) << text;
  }
  EXPECT_FALSE(ReadPorts(yaml::Node::Map()).ok());
}

TEST(Ports, SayHowManyHostPortsThereAreTooMany) {
  auto entry = yaml::Node::Map();
  entry.Set("target", yaml::Node::Integer(80));
  entry.Set("published", yaml::Node::String("8000-8003"));
  const auto refused = ReadPorts(entry);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().cause, "'8000-8003:80' names 4 host ports for 1 in the container");
  EXPECT_NE(refused.error().hint, "");
}

TEST(Durations, AreReadAsComposeWritesThem) {
  EXPECT_EQ(*ReadComposeDuration("1m30s"), Millis(90'000));
  EXPECT_EQ(*ReadComposeDuration("1h0m0.5s"), Millis(3'600'500));
  EXPECT_EQ(*ReadComposeDuration("500ms"), Millis(500));
  EXPECT_EQ(*ReadComposeDuration("10"), Millis(10'000));
  for (const auto* text : {"", "x", "1y", "-1s", "1s1", "99999999999999999h"})
    EXPECT_FALSE(ReadComposeDuration(text)) << text;
}

TEST(ServiceNames, FitImagesAndContainers) {
  for (const auto* name : {"web", "web-1", "a_b", "a.b", "a--b", "1a"})
    EXPECT_TRUE(IsServiceName(name)) << name;
  for (const auto* name : {"", "Web", "-a", "a-", "a..b", "a._b", "a b", "a/b", "\xC3\xA4"})
    EXPECT_FALSE(IsServiceName(name)) << name;
}

}  // namespace
}  // namespace edm::compose
