#include "master/core/stored_images.h"

#include <gtest/gtest.h>

#include "tests/unit/master/members_fixture.h"

namespace edm::master {
namespace {

using Names = std::vector<std::string>;

const ReleaseImage kPushed{"web", "sha256:1", "sha256:d1"};

// `shop` has release 1 and runs; w2 is there as well.
struct ImagesFixture : ClusterFixture {
  ImagesFixture() {
    AddWorker("w1");
    RunShop(false);
    AddWorker("w2");
  }
  std::shared_ptr<const Release> ReleaseOf(std::uint32_t number) const {
    return state.releases.Find(ReleaseKey("shop", number));
  }
  // A deploy whose worker has pushed what it built.
  std::string DeployAndPush() {
    const auto id = DeployToOrder();
    (void)Event(id, 1, Built{{{"web", "sha256:1"}}, "", {}});
    (void)Event(id, 2, Built{{kPushed}, "", {}});
    (void)End(id, Phase::kRunning, Op(id).operation.release);
    return id;
  }
};

TEST(StoredImages, OfReleasesThatAreRecordedOrBeingMadeAreNeeded) {
  ImagesFixture cluster;
  const auto open = cluster.DeployToOrder();
  ASSERT_EQ(cluster.Op(open).operation.release, 2U);
  const Names names{"web-r1", "job-r1", "web-r2", "web-r3", "my-r1-r7", "web-r10"};
  EXPECT_EQ(UnneededImages(cluster.state, "shop", names), (Names{"web-r3", "my-r1-r7", "web-r10"}));
}

TEST(StoredImages, OfAnInstanceThatIsGoneNoneIsNeeded) {
  const ImagesFixture cluster;
  EXPECT_EQ(UnneededImages(cluster.state, "gone", {"web-r1"}), Names{"web-r1"});
}

TEST(StoredImages, WhatIsNamedOtherwiseStays) {
  const ImagesFixture cluster;
  const Names names{"latest",           "web",    "web-r", "web-r0", "web-rx", "web-r1x", "-r9",
                    "web-r99999999999", "web-r-1"};
  EXPECT_TRUE(UnneededImages(cluster.state, "gone", names).empty());
}

TEST(StoredImages, AnInstanceThatHasLostAReleaseIsTold) {
  ImagesFixture cluster;
  cluster.AddInstance("other");
  (void)cluster.DeployToRunning("other");
  const auto before = cluster.state.Share();
  EXPECT_TRUE(LostReleases(before, cluster.state).empty());
  (void)cluster.DeployToRunning();
  EXPECT_TRUE(LostReleases(before, cluster.state).empty());
  cluster.state.releases.Erase(ReleaseKey("other", 1));
  EXPECT_EQ(LostReleases(before, cluster.state), Names{"other"});
}

TEST(StoredImages, ADigestThatIsToldLaterIsOfTheRelease) {
  ImagesFixture cluster;
  (void)cluster.DeployAndPush();
  ASSERT_NE(cluster.ReleaseOf(2), nullptr);
  EXPECT_EQ(cluster.ReleaseOf(2)->images, std::vector{kPushed});
  EXPECT_EQ(cluster.ReleaseOf(2)->worker, "w1");
}

TEST(StoredImages, AMoveNamesThemAndKeepsThem) {
  ImagesFixture cluster;
  (void)cluster.DeployAndPush();
  auto move = cluster.Asking(OperationKind::kMove);
  const auto begun = cluster.Give(move);
  const auto* send = EffectOf<SendOrder>(begun);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->worker, "w2");
  EXPECT_TRUE(send->order.build);
  EXPECT_EQ(send->order.images, std::vector{kPushed});
  (void)cluster.Event(move.operation, 1, Built{{kPushed}, "", {}});
  (void)cluster.End(move.operation, Phase::kRunning, 2);
  EXPECT_EQ(cluster.ReleaseOf(2)->worker, "w2");
  EXPECT_EQ(cluster.ReleaseOf(2)->images, std::vector{kPushed});
}

TEST(StoredImages, ADeployOfNewSourceNamesNone) {
  ImagesFixture cluster;
  (void)cluster.DeployAndPush();
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  (void)cluster.Give(begin);
  const auto taken = cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  const auto* send = EffectOf<SendOrder>(taken);
  ASSERT_NE(send, nullptr);
  EXPECT_TRUE(send->order.images.empty());
}

// Three members, of which the first is told to build.
struct StoredMembers : MembersFixture {
  // It builds, pushes and serves.
  void BuildAndPush(std::uint32_t ordinal) {
    const auto part = PartOf(ordinal);
    (void)Event(part, 1, Built{{{"web", "sha256:1"}}, "t1", {}, "node"});
    (void)Event(part, 2, Built{{kPushed}, "t1", {}, "node"});
    (void)End(part, Phase::kRunning, Op(part).order.release);
  }
};

TEST(StoredImages, WhatOneMemberHasBuiltAndPushedTheOthersPull) {
  StoredMembers cluster;
  const auto id = cluster.DeployToOrder();
  EXPECT_TRUE(cluster.Op(cluster.PartOf(1)).order.images.empty());
  cluster.BuildAndPush(1);
  const auto order = cluster.Op(cluster.PartOf(2)).order;
  EXPECT_TRUE(order.build);
  EXPECT_EQ(order.images, std::vector{kPushed});
  EXPECT_EQ(order.template_name, "node") << "as the first one found it";
  ASSERT_TRUE(order.template_source);
  EXPECT_EQ(order.template_source->commit, "t1");
  cluster.Succeed(2);
  cluster.Succeed(3);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
  (void)cluster.Give(cluster.Scaling(4));
  EXPECT_EQ(cluster.Op(cluster.PartOf(4)).order.images, std::vector{kPushed});
}

TEST(StoredImages, WhatAMemberCouldNotPushTheNextBuilds) {
  StoredMembers cluster;
  (void)cluster.DeployToOrder();
  cluster.Succeed(1);
  EXPECT_TRUE(cluster.Op(cluster.PartOf(2)).order.images.empty());
  cluster.BuildAndPush(2);
  EXPECT_EQ(cluster.Op(cluster.PartOf(3)).order.images, std::vector{kPushed});
}

TEST(StoredImages, OfASetAreNeededWhileAMemberHasThem) {
  StoredMembers cluster;
  (void)cluster.DeployToOrder();
  cluster.BuildAndPush(1);
  const auto before = cluster.state.Share();
  cluster.state.releases.Erase(ReleaseKey("shop", 1));
  EXPECT_EQ(UnneededImages(cluster.state, "shop", {"web-r1", "web-r2"}), Names{"web-r2"});
  cluster.state.releases.Erase(ReleaseKey("shop_1", 1));
  EXPECT_EQ(LostReleases(before, cluster.state), Names{"shop"});
}

}  // namespace
}  // namespace edm::master
