#include <gtest/gtest.h>

#include "common/base/version.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

Result<Accepted> Register(ClusterFixture& cluster, std::uint32_t protocol, const std::string& version) {
  WorkerFacts facts;
  facts.id = "w1";
  facts.rpc_address = "w1:8834";
  facts.public_address = "10.0.0.1";
  facts.version = version;
  return cluster.Tell(WorkerRegistered{facts, protocol, "s", {}}).reply;
}

TEST(Registration, OfAWorkerWithWhomNoProtocolIsSharedIsRefusedWithWhoIsToBeUpgraded) {
  ClusterFixture cluster;
  ASSERT_TRUE(Register(cluster, kProtocolOldest, "0.0.9").ok());
  ASSERT_TRUE(Register(cluster, kProtocolNewest, ThisVersion().number).ok());

  const auto ahead = Register(cluster, kProtocolNewest + 1, "9.1.0");
  ASSERT_FALSE(ahead.ok());
  EXPECT_EQ(ahead.error().code, Code::kFailedPrecondition);
  EXPECT_NE(ahead.error().cause.find("its version 9.1.0 speaks protocol"), std::string::npos);
  EXPECT_EQ(ahead.error().hint, "upgrade edm-master to 9.1.0, or to the version before it");

  const auto behind = Register(cluster, kProtocolOldest - 1, "0.0.1");
  ASSERT_FALSE(behind.ok());
  EXPECT_EQ(behind.error().hint,
            "upgrade edm-worker there to " + ThisVersion().number + ", or to the version before it");
}

}  // namespace
}  // namespace edm::master
