#include "master/core/plan_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/master/members_fixture.h"

namespace edm::master {
namespace {

using testing::HasSubstr;

struct MemberPlans : testing::Test, MembersFixture {
  using MembersFixture::Run;

  std::vector<MemberPlan> Plan() const { return PlanMembers(state, Inst(), now); }

  // A deploy that is given the revision, up to its first member's order.
  std::string DeployWith(const std::string& revision, bool require = false) {
    auto begin = Asking(OperationKind::kDeploy);
    begin.upload = Source{.kind = SourceKind::kUpload};
    begin.plan_revision = revision;
    begin.require_plan = require;
    (void)Give(begin);
    (void)Tell(SourceTaken{begin.operation, Uploaded()});
    return begin.operation;
  }
  void Cordon(const std::string& worker) {
    auto record = *state.workers.Find(worker);
    record.availability = Availability::kClosed;
    Draft(state, now).Put(std::move(record));
  }
};

TEST_F(MemberPlans, PutEachOnAWorkerOfItsOwnAndAreKept) {
  const auto plans = Plan();
  ASSERT_EQ(plans.size(), 3U);
  std::set<std::string> workers;
  for (const auto& one : plans) {
    EXPECT_TRUE(one.is_new);
    EXPECT_EQ(one.plan.placement.candidates.size(), 3U);
    workers.insert(one.plan.placement.worker);
  }
  EXPECT_EQ(workers.size(), 3U);
  EXPECT_EQ(state.instances.Find("shop_1"), nullptr) << "nothing is changed by a plan";
  const auto id = DeployWith(RevisionOf(plans));
  for (const std::uint32_t one : {1U, 2U, 3U}) {
    EXPECT_EQ(Of(one).worker, plans[one - 1].plan.placement.worker);
    Succeed(one);
  }
  EXPECT_EQ(StateOf(id), OperationState::kDone);
  EXPECT_EQ(Op(id).operation.plan_difference, "");
}

TEST_F(MemberPlans, LeaveThoseThatRunWhereTheyAre) {
  (void)Run();
  std::vector<std::string> workers;
  for (const auto& one : Plan()) {
    EXPECT_FALSE(one.is_new);
    workers.push_back(one.plan.placement.worker);
  }
  EXPECT_EQ(workers, (std::vector<std::string>{Of(1).worker, Of(2).worker, Of(3).worker}));
}

TEST_F(MemberPlans, AreDifferentWhereAMemberGoesElsewhereAndThatIsTold) {
  const auto plans = Plan();
  const auto planned = plans[1].plan.placement.worker;
  const auto id = DeployWith(RevisionOf(plans));
  Cordon(planned);
  for (const std::uint32_t one : {1U, 2U, 3U}) Succeed(one);
  EXPECT_EQ(StateOf(id), OperationState::kDone);
  const auto& operation = Op(id).operation;
  EXPECT_THAT(operation.plan_difference, HasSubstr("shop_2: planned on " + planned));
  EXPECT_THAT(operation.plan_difference, Not(HasSubstr("shop_1:")));
  EXPECT_THAT(operation.warnings, Contains(HasSubstr("shop_2: not as planned: planned on " + planned)));
}

TEST_F(MemberPlans, ThatMustBeKeptEndTheDeployAtTheFirstThatIsNot) {
  const auto plans = Plan();
  const auto id = DeployWith(RevisionOf(plans), true);
  Cordon(plans[1].plan.placement.worker);
  Succeed(1);
  EXPECT_EQ(StateOf(id), OperationState::kFailed);
  EXPECT_EQ(Op(id).operation.failure->code, Code::kAborted);
  EXPECT_THAT(Op(id).operation.failure->cause, HasSubstr("member shop_2: its placement is not as planned"));
  EXPECT_FALSE(IsOpen(3));
}

TEST_F(MemberPlans, OfAnotherNumberOfMembersAreDifferent) {
  auto plans = Plan();
  plans.pop_back();
  const auto kept = DeployWith(RevisionOf(plans));
  EXPECT_EQ(Op(kept).operation.plan_difference, "planned for 2 members, and it has 3");
  EXPECT_EQ(StateOf(kept), OperationState::kRunning);
  const auto must = DeployWith(RevisionOf(plans), true);
  EXPECT_EQ(StateOf(must), OperationState::kFailed);
  EXPECT_THAT(Op(must).operation.failure->cause, HasSubstr("planned for 2 members"));
}

TEST_F(MemberPlans, ThatMustBeKeptMakeNoMembersWhereThereAreOthersInNumber) {
  auto plans = Plan();
  plans.pop_back();
  const auto id = DeployWith(RevisionOf(plans), true);
  EXPECT_EQ(StateOf(id), OperationState::kFailed);
  EXPECT_EQ(state.instances.Find("shop_1"), nullptr);
}

TEST_F(MemberPlans, AreNotForAnInstanceWithoutMembers) {
  AddInstance("blog");
  auto begin = Asking(OperationKind::kDeploy, "blog");
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.plan_revision = RevisionOf(Plan());
  EXPECT_EQ(Give(begin).reply.error().code, Code::kInvalidArgument);
}

TEST_F(MemberPlans, OfOneOnEachWorkerTakeEachWorkerOnce) {
  auto set = Inst();
  set.instance.spec.replicas = 0;
  set.instance.spec.on_each_worker = true;
  Cordon("w2");
  std::set<std::string> workers;
  for (const auto& one : PlanMembers(state, set, now)) {
    EXPECT_TRUE(workers.insert(one.plan.placement.worker).second);
  }
  EXPECT_EQ(workers, (std::set<std::string>{"w1", "w3"}));
}

TEST_F(MemberPlans, OfMoreMembersThanThereIsRoomForSayWhatTheOthersWaitFor) {
  auto set = Inst();
  set.instance.spec.replicas = 4;
  set.instance.spec.requirements.one_per_worker = true;
  const auto plans = PlanMembers(state, set, now);
  ASSERT_EQ(plans.size(), 4U);
  EXPECT_EQ(plans[3].plan.placement.worker, "");
  EXPECT_THAT(RefusalsOf(plans[3].plan.placement), HasSubstr("3 have one of its project already"));
}

}  // namespace
}  // namespace edm::master
