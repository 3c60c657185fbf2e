#include "master/core/each_worker.h"

#include <gtest/gtest.h>

#include "master/core/members.h"
#include "tests/unit/master/members_fixture.h"

namespace edm::master {
namespace {

// `shop` has a member on each worker of the north, w1 and w2; w3 is in the south.
struct EachWorkerFixture : MembersFixture {
  EachWorkerFixture() : MembersFixture(0) {
    for (const auto* worker : {"w1", "w2"}) Label(worker, "north");
    Label("w3", "south");
    auto set = Inst();
    set.instance.spec.on_each_worker = true;
    set.instance.spec.worker_labels = {{"zone", "north"}};
    state.instances.Put("shop", std::make_shared<const InstanceRecord>(std::move(set)));
  }
  void Label(const std::string& worker, const std::string& zone) {
    (void)Give(ChangeWorker{.id = worker, .labels = {{"zone", zone}}});
  }
  void Set(const std::string& worker, Availability availability) {
    (void)Give(ChangeWorker{.id = worker, .availability = availability});
  }
  // What is under way is done, member by member, until nothing is.
  void Settle() {
    for (int turn = 0; turn < 20; ++turn) {
      Pass(Millis(10'000));
      for (std::uint32_t one = 1; one <= 5; ++one) {
        if (IsOpen(one)) Succeed(one);
      }
    }
  }
  // The workers with a member, by ordinal.
  std::map<std::uint32_t, std::string> Seats() const {
    std::map<std::uint32_t, std::string> seats;
    for (const auto& one : MembersOf(state, "shop"))
      seats[OrdinalOf(one->instance.id)] = one->instance.status.worker;
    return seats;
  }
  std::set<std::string> Workers() const {
    std::set<std::string> workers;
    for (const auto& [ordinal, worker] : Seats()) workers.insert(worker);
    return workers;
  }
};

TEST(EachWorker, ThatHasTheLabelsGetsAMember) {
  EachWorkerFixture cluster;
  const auto id = cluster.DeployToOrder();
  cluster.Succeed(1);
  cluster.Succeed(2);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
  EXPECT_EQ(cluster.Seats().size(), 2U);
  EXPECT_EQ(cluster.Workers(), (std::set<std::string>{"w1", "w2"}));
}

TEST(EachWorker, ThatJoinsGetsTheNextMember) {
  EachWorkerFixture cluster;
  (void)cluster.Run(2);
  cluster.Label("w3", "north");
  cluster.Settle();
  EXPECT_EQ(cluster.Seats().size(), 3U);
  EXPECT_EQ(cluster.Seats().at(3), "w3");
  EXPECT_EQ(cluster.Of(3).phase, Phase::kRunning);
  EXPECT_EQ(cluster.Of(3).release, 1U);
}

TEST(EachWorker, ThatIsDrainedOrLosesItsLabelLosesItsMember) {
  for (const bool drains : {true, false}) {
    EachWorkerFixture cluster;
    (void)cluster.Run(2);
    const auto first = cluster.Seats().at(1);
    if (drains) {
      cluster.Set(first, Availability::kEmptying);
    } else {
      cluster.Label(first, "south");
    }
    cluster.Settle();
    EXPECT_EQ(cluster.Seats().size(), 1U);
    EXPECT_FALSE(cluster.Workers().contains(first));
    EXPECT_EQ(cluster.state.instances.Find("shop_1"), nullptr);
  }
}

TEST(EachWorker, ThatComesBackGetsTheOrdinalThatIsFree) {
  EachWorkerFixture cluster;
  (void)cluster.Run(2);
  const auto first = cluster.Seats().at(1);
  cluster.Set(first, Availability::kEmptying);
  cluster.Settle();
  cluster.Set(first, Availability::kActive);
  cluster.Settle();
  EXPECT_EQ(cluster.Seats().size(), 2U);
  EXPECT_EQ(cluster.Seats().at(1), first);
}

TEST(EachWorker, ThatIsLostOrClosedKeepsItsMemberAndNoneGoesElsewhere) {
  EachWorkerFixture cluster;
  (void)cluster.Run(2);
  const auto before = cluster.Seats();
  cluster.Set(before.at(2), Availability::kClosed);
  cluster.Pass(Millis(60'000), true, {before.at(1)});
  EXPECT_EQ(cluster.Seats(), before);
  EXPECT_EQ(cluster.Of(1).phase, Phase::kLost);
  EXPECT_FALSE(cluster.IsOpen(1));
  EXPECT_FALSE(cluster.IsOpen(2));
}

TEST(EachWorker, KeepsAMemberWithDataUntilItIsTakenAway) {
  EachWorkerFixture cluster;
  (void)cluster.Run(2);
  auto member = cluster.Inst("shop_1");
  member.instance.status.keeps_data = true;
  cluster.state.instances.Put("shop_1", std::make_shared<const InstanceRecord>(std::move(member)));
  const auto first = cluster.Seats().at(1);
  const auto gone = cluster.Asking(OperationKind::kDelete, "shop_1");
  EXPECT_FALSE(cluster.Give(gone).reply.ok()) << "its worker is there and wants one";
  cluster.Set(first, Availability::kEmptying);
  cluster.Settle();
  EXPECT_TRUE(cluster.Workers().contains(first));
  EXPECT_FALSE(cluster.Give(cluster.Asking(OperationKind::kMove, "shop_1")).reply.ok());
  ASSERT_TRUE(cluster.Give(gone).reply.ok());
  cluster.Succeed(1);
  EXPECT_EQ(cluster.state.instances.Find("shop_1"), nullptr);
  cluster.Settle();
  EXPECT_FALSE(cluster.Workers().contains(first));
  EXPECT_EQ(cluster.Inst().instance.status.members.size(), 1U);
}

TEST(EachWorker, WhoseMemberDoesNotStartIsToldOnce) {
  EachWorkerFixture cluster;
  (void)cluster.Run(2);
  cluster.Label("w3", "north");
  cluster.Pass(Millis(1'000));
  ASSERT_TRUE(cluster.IsOpen(3));
  const auto part = cluster.PartOf(3);
  (void)cluster.Give(CancelOperation{{}, part});
  (void)cluster.End(part, Phase::kCancelled);
  cluster.Pass(Millis(60'000));
  // What was ordered and failed is told, not tried for ever.
  EXPECT_EQ(cluster.Of(3).phase, Phase::kCancelled);
  EXPECT_EQ(cluster.StateOf(cluster.Op(part).operation.part_of), OperationState::kFailed);
}

TEST(EachWorker, MustBeThereForADeploy) {
  EachWorkerFixture cluster;
  for (const auto* worker : {"w1", "w2"}) cluster.Label(worker, "south");
  const auto id = cluster.DeployToOrder();
  EXPECT_EQ(cluster.StateOf(id), OperationState::kFailed);
  EXPECT_EQ(cluster.Op(id).operation.failure->code, Code::kFailedPrecondition);
}

}  // namespace
}  // namespace edm::master
