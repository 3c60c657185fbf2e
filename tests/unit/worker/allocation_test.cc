#include <gtest/gtest.h>

#include <set>

#include "worker/core/allocation/port_table.h"
#include "worker/core/allocation/subnet_table.h"

namespace edm::worker {
namespace {

bool NothingInUse(std::uint16_t, std::string_view) { return false; }

Ipv4Net Net(std::string_view text) { return ParseIpv4Net(text).value(); }

TEST(PortTable, GivesTheSamePortAgainAndAfterItWasReadBack) {
  PortTable table({20'000, 20'010});
  const PortKey key{"shop", "web", 80, "tcp"};
  const auto first = table.Reserve(key, NothingInUse);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(table.Reserve(key, [](auto, auto) { return true; }).value(), *first);
  PortTable again({20'000, 20'010}, table.reservations());
  EXPECT_EQ(again.Reserve(key, [](auto, auto) { return true; }).value(), *first);
}

TEST(PortTable, NeverGivesWhatIsReservedOrInUse) {
  PortTable table({20'000, 20'003});
  std::set<std::uint16_t> given;
  for (std::uint16_t port = 1; port <= 3; ++port) {
    const auto got =
        table.Reserve({"a", "s", port, "tcp"}, [](std::uint16_t host, auto) { return host == 20'002; });
    ASSERT_TRUE(got.ok());
    EXPECT_NE(*got, 20'002);
    EXPECT_TRUE(given.insert(*got).second);
  }
  const auto none =
      table.Reserve({"a", "s", 4, "tcp"}, [](std::uint16_t host, auto) { return host == 20'002; });
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kResourceExhausted);
  EXPECT_TRUE(table.Reserve({"a", "s", 4, "udp"}, NothingInUse).ok())
      << "udp ports are others than tcp ports";
}

TEST(PortTable, ReleasesAnInstanceAndWhatItNoLongerHas) {
  PortTable table({20'000, 20'001});
  const PortKey kept{"a", "web", 80, "tcp"};
  ASSERT_TRUE(table.Reserve(kept, NothingInUse).ok());
  ASSERT_TRUE(table.Reserve({"a", "old", 80, "tcp"}, NothingInUse).ok());
  table.KeepOnly("a", {kept});
  ASSERT_EQ(table.reservations().size(), 1U);
  ASSERT_TRUE(table.Reserve({"b", "web", 80, "tcp"}, NothingInUse).ok());
  table.Release("a");
  ASSERT_EQ(table.reservations().size(), 1U);
  EXPECT_EQ(table.reservations()[0].key.instance, "b");
}

TEST(PortTable, AFixedPortIsThatOneOrNone) {
  PortTable table({20'000, 20'010});
  const PortKey fixed{"shop", "web", 80, "tcp", 8'080};
  EXPECT_EQ(table.Reserve(fixed, NothingInUse).value(), 8'080);
  EXPECT_EQ(table.Reserve(fixed, NothingInUse).value(), 8'080);
  const auto refused = table.Reserve({"blog", "api", 90, "tcp", 8'080}, NothingInUse);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().object, "blog/api");
  EXPECT_EQ(refused.error().cause, "host port 8080 is reserved for instance shop (web:80)");
  EXPECT_EQ(refused.error().hint,
            "write \"90\" to get a free port that is kept, or choose another host port");
  EXPECT_TRUE(table.Reserve({"blog", "api", 90, "udp", 8'080}, NothingInUse).ok()) << "udp is another port";
  table.Release("shop");
  EXPECT_TRUE(table.Reserve({"blog", "api", 90, "tcp", 8'080}, NothingInUse).ok());
}

TEST(PortTable, AFixedPortStandsBesideTheOneThatWasChosen) {
  PortTable table({20'000, 20'010});
  const PortKey chosen{"shop", "web", 80, "tcp"};
  const auto port = table.Reserve(chosen, NothingInUse).value();
  const PortKey pinned{"shop", "web", 80, "tcp", port};
  EXPECT_EQ(table.Reserve(pinned, NothingInUse, {pinned}).value(), port) << "the instance's own";
  const PortKey other{"shop", "api", 90, "tcp", port};
  EXPECT_FALSE(table.Reserve(other, NothingInUse, {chosen, other}).ok()) << "both are wanted now";
  table.KeepOnly("shop", {pinned});
  EXPECT_FALSE(table.Reserve({"blog", "web", 80, "tcp", port}, NothingInUse).ok())
      << "one of the two is left";
}

TEST(PortTable, ReadsOnlyRangesThatMeetNoOtherUse) {
  EXPECT_EQ(ParsePortRange("20000-32000").value(), (PortRange{20'000, 32'000}));
  for (const auto* bad :
       {"", "20000", "a-b", "80-2000", "3000-2000", "30000-33000", "61000", "20000-99999", "1-2-3"}) {
    EXPECT_FALSE(ParsePortRange(bad).ok()) << bad;
  }
  EXPECT_TRUE(ParsePortRange("61000-65535").ok());
}

TEST(Ipv4Net, ReadsAndWritesNetworks) {
  EXPECT_EQ(ToString(Net("10.201.0.0/16")), "10.201.0.0/16");
  EXPECT_EQ(ToString(Net("0.0.0.0/0")), "0.0.0.0/0");
  EXPECT_EQ(ToString(Net("192.168.1.7")), "192.168.1.7/32");
  for (const auto* bad :
       {"", "10.0.0/8", "10.0.0.256/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "fd00::/8"}) {
    EXPECT_FALSE(ParseIpv4Net(bad).ok()) << bad;
  }
}

TEST(Ipv4Net, OverlapsWhatHoldsItOrLiesInIt) {
  EXPECT_TRUE(Overlap(Net("10.0.0.0/8"), Net("10.201.3.0/24")));
  EXPECT_TRUE(Overlap(Net("10.201.3.0/24"), Net("10.0.0.0/8")));
  EXPECT_FALSE(Overlap(Net("10.201.3.0/24"), Net("10.201.4.0/24")));
  EXPECT_TRUE(Overlap(Net("0.0.0.0/0"), Net("255.255.255.255/32")));
  EXPECT_FALSE(Overlap(Net("10.202.0.7/32"), Net("10.202.1.0/24"))) << "an address alone is one address";
  EXPECT_EQ(Net("10.202.0.7/32").last(), Net("10.202.0.7/32").first());
}

TEST(SubnetTable, HoldsAThousandNetworksApart) {
  SubnetTable table(DefaultSubnetPool());
  std::set<Ipv4Net> given;
  for (int i = 0; i < 1'000; ++i) {
    const auto net = table.Reserve({"i" + std::to_string(i), "default"}, {});
    ASSERT_TRUE(net.ok());
    EXPECT_TRUE(given.insert(*net).second);
  }
}

TEST(SubnetTable, AvoidsRoutesButNotTheDefaultRoute) {
  SubnetTable table(DefaultSubnetPool());
  const auto net =
      table.Reserve({"a", "default"}, {Net("0.0.0.0/0"), Net("10.201.0.0/16"), Net("10.202.0.7/32")});
  EXPECT_EQ(ToString(net.value()), "10.202.1.0/24");
}

TEST(SubnetTable, KeepsAReservationOverReleaseOfOthers) {
  SubnetTable table(*ParseSubnetPool("10.9.0.0/23"));
  const auto a = table.Reserve({"a", "default"}, {});
  const auto b = table.Reserve({"b", "default"}, {});
  EXPECT_EQ(table.Reserve({"c", "default"}, {}).error().code, Code::kResourceExhausted);
  table.Release("a");
  EXPECT_EQ(table.Reserve({"c", "default"}, {}).value(), *a);
  SubnetTable again(*ParseSubnetPool("10.9.0.0/23"), table.reservations());
  EXPECT_EQ(again.Reserve({"b", "default"}, {*b}).value(), *b) << "its own route does not take it away";
}

TEST(SubnetTable, GivesNoMoreThanItsEngineBears) {
  auto pool = *ParseSubnetPool("10.9.0.0/16");
  EXPECT_EQ(SizeOf(pool), 256U);
  pool.networks_max = 2;
  EXPECT_EQ(SizeOf(pool), 2U);
  SubnetTable table(pool);
  ASSERT_TRUE(table.Reserve({"a", "default"}, {}).ok());
  ASSERT_TRUE(table.Reserve({"b", "default"}, {}).ok());
  const auto refused = table.Reserve({"c", "default"}, {});
  ASSERT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_NE(refused.error().hint.find("networks.max"), std::string::npos);
  EXPECT_TRUE(table.Reserve({"a", "default"}, {}).ok()) << "what it has it keeps";
}

TEST(SubnetTable, LetsGoOfOneNetworkAlone) {
  SubnetTable table(*ParseSubnetPool("10.9.0.0/22"));
  const auto front = table.Reserve({"a", "front"}, {});
  const auto back = table.Reserve({"a", "back"}, {});
  table.Release(SubnetKey{"a", "front"});
  EXPECT_NE(table.Reserve({"a", "front"}, {*front}).value(), *front);
  EXPECT_EQ(table.Reserve({"a", "back"}, {}).value(), *back);
}

TEST(SubnetTable, KeepsAwayFromReservationsOfAPoolCutOtherwise) {
  SubnetTable table(*ParseSubnetPool("10.9.0.0/16"), {{{"old", "default"}, Net("10.9.0.0/20")}});
  EXPECT_EQ(ToString(table.Reserve({"new", "default"}, {}).value()), "10.9.16.0/24");
}

TEST(SubnetTable, RefusesPoolsThatOverlapOrAreTooSmall) {
  EXPECT_FALSE(ParseSubnetPool("10.9.0.0/16,10.9.3.0/24").ok());
  EXPECT_FALSE(ParseSubnetPool("10.9.0.0/25").ok());
  EXPECT_FALSE(ParseSubnetPool("").ok());
}

}  // namespace
}  // namespace edm::worker
