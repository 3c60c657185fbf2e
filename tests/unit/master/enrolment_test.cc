#include "master/core/enrolment.h"

#include <gtest/gtest.h>

#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

class Enrolment : public ::testing::Test {
 protected:
  // A token of that name, and a machine that joins with it.
  Result<Accepted> Join(const std::string& token, const std::string& worker, const std::string& enrolment) {
    CreateToken create;
    create.token = {.id = token + enrolment, .name = token, .kind = TokenKind::kWorker, .hash = "h"};
    (void)cluster_.Give(create);
    return cluster_.Give(UseToken{token + enrolment, worker, enrolment, Ends()}).reply;
  }
  void Lose() { cluster_.Pass(std::chrono::seconds(30), false); }
  WallTime Ends() const { return cluster_.now.wall + std::chrono::hours(720); }
  Status Check(const std::string& worker, const std::string& enrolment) const {
    return CheckCertificate(cluster_.state, worker, enrolment, cluster_.now.wall);
  }

  ClusterFixture cluster_;
};

TEST_F(Enrolment, MakesAWorkerThatIsJoiningAndNotLostForItsSilence) {
  ASSERT_TRUE(Join("t", "w1", "e1").ok());
  cluster_.Pass(std::chrono::seconds(60));
  EXPECT_EQ(cluster_.state.workers.Find("w1")->state, WorkerState::kJoining);
  cluster_.AddWorker("w1");
  EXPECT_EQ(cluster_.state.workers.Find("w1")->state, WorkerState::kReady);
  EXPECT_EQ(cluster_.state.workers.Find("w1")->enrolment, "e1");
}

TEST_F(Enrolment, KnowsOnlyTheCertificatesOfTheLastJoinUntilTheirEnd) {
  EXPECT_EQ(Check("w1", "e1").error().code, Code::kPermissionDenied);
  ASSERT_TRUE(Join("w1", "w1", "e1").ok());
  EXPECT_TRUE(Check("w1", "e1").ok());
  EXPECT_EQ(Check("w1", "").error().code, Code::kPermissionDenied);
  EXPECT_EQ(Check("w2", "e1").error().code, Code::kPermissionDenied);
  cluster_.AddWorker("w1");
  Lose();
  ASSERT_TRUE(Join("w1", "w1", "e2").ok());
  EXPECT_EQ(Check("w1", "e1").error().code, Code::kPermissionDenied);
  EXPECT_TRUE(Check("w1", "e2").ok());
  cluster_.now.wall += std::chrono::hours(721);
  EXPECT_EQ(Check("w1", "e2").error().code, Code::kUnauthenticated);
}

TEST_F(Enrolment, TakesAKnownWorkersPlaceOnlyWithATokenOfItsName) {
  ASSERT_TRUE(Join("any", "w1", "e1").ok());
  ASSERT_TRUE(Join("other", "w1", "e2").ok()) << "it never registered, so there is nothing to be had";
  cluster_.AddWorker("w1");
  EXPECT_EQ(Join("w1", "w1", "e3").error().code, Code::kAlreadyExists);
  Lose();
  EXPECT_EQ(Join("w2", "w1", "e4").error().code, Code::kPermissionDenied);
  EXPECT_EQ(cluster_.state.workers.Find("w1")->enrolment, "e2");
  EXPECT_FALSE(cluster_.state.tokens.Find("w2e4")->used_at) << "a refused token is not used up";
  EXPECT_TRUE(cluster_.Give(UseToken{"w1e3", "w1", "e5", Ends()}).reply.ok());
}

TEST_F(Enrolment, IsOverForAWorkerThatWasRemovedWhileItRegistered) {
  ASSERT_TRUE(Join("w1", "w1", "e1").ok());
  cluster_.AddWorker("w1");
  const auto facts = cluster_.state.workers.Find("w1")->facts;
  RemoveWorker remove;
  remove.id = "w1";
  ASSERT_TRUE(cluster_.Give(remove).reply.ok());
  EXPECT_EQ(Check("w1", "e1").error().code, Code::kPermissionDenied);
  const auto late = cluster_.Tell(WorkerRegistered{facts, kProtocolNewest, "s2", {}, "e1"}).reply;
  EXPECT_EQ(late.error().code, Code::kPermissionDenied);
  EXPECT_EQ(cluster_.state.workers.Find("w1"), nullptr);
  ASSERT_TRUE(Join("w1", "w1", "e2").ok());
  EXPECT_EQ(cluster_.Tell(WorkerRegistered{facts, kProtocolNewest, "s3", {}, "e1"}).reply.error().code,
            Code::kPermissionDenied);
  EXPECT_TRUE(cluster_.Tell(WorkerRegistered{facts, kProtocolNewest, "s4", {}, "e2"}).reply.ok());
}

TEST_F(Enrolment, LastsLongerByARenewalOfTheSameJoinAlone) {
  ASSERT_TRUE(Join("w1", "w1", "e1").ok());
  const auto later = Ends() + std::chrono::hours(1);
  EXPECT_EQ(cluster_.Tell(CertificateRenewed{"w1", "e0", later}).reply.error().code, Code::kPermissionDenied);
  EXPECT_EQ(cluster_.Tell(CertificateRenewed{"w9", "e1", later}).reply.error().code, Code::kPermissionDenied);
  EXPECT_NE(cluster_.state.workers.Find("w1")->certificate_ends, later);
  EXPECT_TRUE(cluster_.Tell(CertificateRenewed{"w1", "e1", later}).reply.ok());
  EXPECT_EQ(cluster_.state.workers.Find("w1")->certificate_ends, later);
}

TEST_F(Enrolment, LetsOneMachineInOfTwoWithTheSameIdentity) {
  ASSERT_TRUE(Join("w1", "w1", "e1").ok());
  cluster_.AddWorker("w1");
  WorkerFacts copy;
  copy.id = "w1";
  copy.rpc_address = "elsewhere:8834";
  copy.public_address = "10.0.0.2";
  const auto second = cluster_.Tell(WorkerRegistered{copy, kProtocolNewest, "s2", {}}).reply;
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_NE(ToString(second.error()).find("w1:8834"), std::string::npos);
  copy.rpc_address = "w1:8834";
  EXPECT_TRUE(cluster_.Tell(WorkerRegistered{copy, kProtocolNewest, "s3", {}}).reply.ok())
      << "it was restarted";
  Lose();
  copy.rpc_address = "elsewhere:8834";
  EXPECT_TRUE(cluster_.Tell(WorkerRegistered{copy, kProtocolNewest, "s4", {}}).reply.ok()) << "it has moved";
}

TEST_F(Enrolment, OpensReposWhileAnOrderIsUnderWayAndNoLonger) {
  cluster_.AddWorker("w1");
  cluster_.AddInstance("shop");
  const RepoName repo{"default", "shop"};
  const RepoName other{"default", "till"};
  const RepoName shared{std::string(kTemplatesOwner), "node"};
  EXPECT_FALSE(MayReadRepo(cluster_.state, repo));
  OperationRecord record;
  record.operation.id = "op-1";
  record.operation.instance = "shop";
  record.plan.stage = Stage::kAttempt;
  cluster_.state.operations.Put("op-1", std::make_shared<const OperationRecord>(record));
  cluster_.state.open.Insert("op-1", "shop");
  EXPECT_TRUE(MayReadRepo(cluster_.state, repo));
  EXPECT_TRUE(MayReadRepo(cluster_.state, shared));
  EXPECT_FALSE(MayReadRepo(cluster_.state, other));
  cluster_.state.open.Erase("op-1");
  EXPECT_FALSE(MayReadRepo(cluster_.state, repo));
  EXPECT_FALSE(MayReadRepo(cluster_.state, shared));
  cluster_.AddInstance("shop_2");
  cluster_.state.open.Insert("op-1", "shop_2");
  EXPECT_TRUE(MayReadRepo(cluster_.state, repo)) << "its member moves";
  EXPECT_FALSE(MayReadRepo(cluster_.state, other));
}

}  // namespace
}  // namespace edm::master
