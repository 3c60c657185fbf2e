#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/master/members_fixture.h"

namespace edm::master {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// `shop` is one that nobody asked members for.
struct Asked : testing::Test, MembersFixture {
  Asked() : MembersFixture(0) {}

  static Source Saying(std::uint32_t replicas, SourceKind kind = SourceKind::kUpload) {
    auto source = Uploaded();
    source.kind = kind;
    source.replicas = replicas;
    return source;
  }
  Begin Deploying(OperationKind kind = OperationKind::kDeploy) {
    auto begin = Asking(kind);
    begin.upload = Source{.kind = SourceKind::kUpload};
    return begin;
  }
  // A deploy of a source whose edm.yaml says so.
  std::string Deploy(std::uint32_t replicas) { return Deploy(Deploying(), replicas); }
  std::string Deploy(const Begin& begin, std::uint32_t replicas) {
    EXPECT_TRUE(Give(begin).reply.ok());
    (void)Tell(SourceTaken{begin.operation, Saying(replicas)});
    return begin.operation;
  }
  std::vector<std::string> StepsOf(const std::string& operation) const {
    std::vector<std::string> names;
    for (const auto& step : Op(operation).operation.steps) names.push_back(step.name);
    return names;
  }
  Millis TimeOf(const std::string& operation) const {
    const auto& one = Op(operation).operation;
    return one.deadline - one.created_at;
  }
  void SucceedAll(std::uint32_t members) {
    for (std::uint32_t one = 1; one <= members; ++one) Succeed(one);
  }
};

TEST_F(Asked, OfWhatWasNeverDeployedAreMadeWithTheStepsAndTheTimeOfASet) {
  const auto id = Deploy(3);
  EXPECT_EQ(Inst().instance.spec.replicas, 3U);
  EXPECT_THAT(StepsOf(id), ElementsAre("source", "shop_1", "shop_2", "shop_3"));
  EXPECT_EQ(TimeOf(id), state.settings.deploy_deadline * 3);
  EXPECT_EQ(Op(id).expires - now.steady, state.settings.deploy_deadline * 3);
  SucceedAll(3);
  EXPECT_EQ(StateOf(id), OperationState::kDone);
  EXPECT_THAT(Op(id).operation.warnings, IsEmpty());
  EXPECT_EQ(Set().members.size(), 3U);
}

TEST_F(Asked, OfAnOperationWithATimeOfItsOwnHaveThatTime) {
  auto begin = Deploying();
  begin.timeout = Millis(60'000);
  EXPECT_EQ(TimeOf(Deploy(begin, 3)), Millis(60'000));
}

TEST_F(Asked, ByAPushAreMadeToo) {
  auto begin = Asking(OperationKind::kDeploy);
  begin.push = PendingPush{"main", std::string(40, '0'), std::string(40, 'b')};
  begin.replicas = 2;
  ASSERT_TRUE(Give(begin).reply.ok());
  EXPECT_EQ(Inst().instance.spec.replicas, 2U);
  const auto of_members = EffectOf<MoveBranch>(Tell(Tick{}));
  EXPECT_EQ(of_members, nullptr) << "the branch moves once all have been deployed";
  Succeed(1);
  EXPECT_THAT(StepsOf(begin.operation), ElementsAre("source", "shop_1", "shop_2"));
  Succeed(2);
  (void)Tell(BranchMoved{begin.operation, Ok()});
  EXPECT_EQ(StateOf(begin.operation), OperationState::kDone);
}

TEST_F(Asked, WaitUntilTheSourceIsBuilt) {
  auto begin = Deploying(OperationKind::kSource);
  begin.until = Until::kSource;
  (void)Deploy(begin, 2);
  EXPECT_EQ(Inst().instance.spec.replicas, 0U) << "the next upload may say another number";
  const auto build = Asking(OperationKind::kBuild);
  ASSERT_TRUE(Give(build).reply.ok());
  EXPECT_EQ(Inst().instance.spec.replicas, 2U);
  EXPECT_THAT(StepsOf(build.operation), ElementsAre("shop_1", "shop_2"));
  SucceedAll(2);
  EXPECT_EQ(StateOf(build.operation), OperationState::kDone);
}

TEST_F(Asked, OfOneThatWasDeployedWithoutAreAWarning) {
  (void)Deploy(0);
  (void)DeployToRunning();
  const auto id = Deploy(2);
  EXPECT_EQ(Inst().instance.spec.replicas, 0U);
  EXPECT_THAT(Op(id).operation.warnings, ElementsAre(HasSubstr("says replicas: 2, and shop has none")));
}

TEST_F(Asked, InAnotherNumberThanThereAreAreAWarning) {
  (void)Deploy(2);
  SucceedAll(2);
  EXPECT_THAT(Op(Deploy(2)).operation.warnings, IsEmpty());
  SucceedAll(2);
  const auto id = Deploy(3);
  EXPECT_EQ(Inst().instance.spec.replicas, 2U);
  EXPECT_THAT(Op(id).operation.warnings,
              ElementsAre(HasSubstr("says replicas: 3, and shop has 2; edmctl scale shop 3")));
  SucceedAll(2);
  EXPECT_EQ(StateOf(id), OperationState::kDone);
  EXPECT_THAT(Op(Deploy(0)).operation.warnings, IsEmpty()) << "it does not say";
}

TEST_F(Asked, WhereEachWorkerHasOneAreAWarning) {
  auto set = Inst();
  set.instance.spec.on_each_worker = true;
  Draft(state, now).PutSpec(std::move(set));
  EXPECT_THAT(Op(Deploy(2)).operation.warnings, ElementsAre(HasSubstr("shop has a member on each worker")));
}

TEST_F(Asked, InANumberThatCannotBeFailTheDeploy) {
  const std::string long_name(63, 'x');
  AddInstance(long_name);
  auto begin = Asking(OperationKind::kDeploy, long_name);
  begin.upload = Source{.kind = SourceKind::kUpload};
  const auto id = Deploy(begin, 2);
  EXPECT_EQ(StateOf(id), OperationState::kFailed);
  EXPECT_THAT(Op(id).operation.failure->cause, HasSubstr("longer than 63 characters"));
  EXPECT_EQ(Inst(long_name).instance.spec.replicas, 0U);
}

}  // namespace
}  // namespace edm::master
