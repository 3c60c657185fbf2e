#include <gtest/gtest.h>

#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

TEST(Operation, ExpiresAtItsDeadlineAndCancelsTheAttempt) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.timeout = Millis(20'000);
  (void)cluster.Give(begin);
  (void)cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  cluster.Pass(Millis(19'000));
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kRunning);
  cluster.Pass(Millis(4'000));
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kExpired);
  EXPECT_EQ(cluster.Op(begin.operation).operation.failure->code, Code::kDeadlineExceeded);
}

TEST(Repo, ThatIsLeftForNobodyIsRemovedUntilItIsGone) {
  ClusterFixture cluster;
  const auto tick_after = [&](Millis wait) {
    cluster.now.steady += wait;
    return cluster.Tell(Tick{});
  };
  (void)cluster.Tell(ReposLeft{{"shop", "made-again"}});
  cluster.AddInstance("made-again");
  EXPECT_EQ(EffectOf<RemoveRepos>(tick_after(kRepoRetryFirst / 2)), nullptr);
  const auto second = tick_after(kRepoRetryFirst);
  ASSERT_NE(EffectOf<KeepCommits>(second), nullptr);
  EXPECT_EQ(EffectOf<KeepCommits>(second)->instance, "made-again");
  ASSERT_NE(EffectOf<RemoveRepos>(second), nullptr);
  EXPECT_EQ(EffectOf<RemoveRepos>(second)->instances, std::set<std::string>{"shop"});
  EXPECT_EQ(EffectOf<RemoveRepos>(tick_after(kRepoRetryMost)), nullptr) << "it is asked for already";
  (void)cluster.Tell(ReposLeft{{"shop"}});
  EXPECT_EQ(EffectOf<RemoveRepos>(tick_after(kRepoRetryFirst)), nullptr) << "longer with each try";
  EXPECT_NE(EffectOf<RemoveRepos>(tick_after(kRepoRetryFirst)), nullptr);
  (void)cluster.Tell(ReposLeft{});
  EXPECT_EQ(EffectOf<RemoveRepos>(tick_after(kRepoRetryMost)), nullptr);
}

TEST(Repo, OfAnInstanceThatIsLatelyGoneIsLookedForByTheNextMaster) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  EXPECT_EQ(EffectOf<RemoveRepos>(cluster.Tell(Recovered{})), nullptr);
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  (void)cluster.End(gone.operation, Phase::kDeleted, 1);
  (void)cluster.Tell(RepoDeleted{gone.operation, Ok()});
  const auto recovered = cluster.Tell(Recovered{});
  ASSERT_NE(EffectOf<RemoveRepos>(recovered), nullptr);
  EXPECT_EQ(EffectOf<RemoveRepos>(recovered)->instances, std::set<std::string>{"shop"});
}

TEST(Repo, ThatIsAllThatADeleteHasLeftAtItsDeadlineGoesLater) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  auto gone = cluster.Asking(OperationKind::kDelete);
  gone.timeout = Millis(20'000);
  (void)cluster.Give(gone);
  (void)cluster.End(gone.operation, Phase::kDeleted, 1);
  ASSERT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kFinish);
  cluster.Pass(Millis(20'000));
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Op(gone.operation).operation.warnings.size(), 1U);
  EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
  cluster.now.steady += kRepoRetryFirst;
  EXPECT_NE(EffectOf<RemoveRepos>(cluster.Tell(Tick{})), nullptr);
}

// An upload to an instance that came into being with it.
Begin FirstUpload(ClusterFixture& cluster) {
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.create = Instance{};
  begin.create->id = begin.create->project = "shop";
  begin.create->owner = "default";
  return begin;
}

SourceTaken NotFoundAgain(const std::string& operation) {
  return {operation, Error{Code::kUnavailable, "upload", "the master stopped", {}, "send it again"}};
}

TEST(Operation, WhoseUploadACrashCutOffTakesTheInstanceThatItMadeAway) {
  ClusterFixture cluster;
  const auto begin = FirstUpload(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  const auto decision = cluster.Tell(Recovered{});
  ASSERT_NE(EffectOf<FindUpload>(decision), nullptr);
  EXPECT_NE(EffectOf<FindUpload>(cluster.Tell(Recovered{})), nullptr);  // a second crash in between
  ASSERT_NE(EffectOf<DeleteRepo>(cluster.Tell(NotFoundAgain(begin.operation))), nullptr);
  EXPECT_NE(EffectOf<DeleteRepo>(cluster.Tell(Recovered{})), nullptr);  // and a third
  EXPECT_FALSE(cluster.Give(cluster.Asking(OperationKind::kDeploy)).reply.ok());
  (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kFailed);
  EXPECT_EQ(cluster.Op(begin.operation).operation.failure->code, Code::kUnavailable);
  EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, WhoseUploadACrashCutOffKeepsAnInstanceThatWasThereBefore) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  const auto begin = FirstUpload(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  (void)cluster.Tell(Recovered{});
  EXPECT_EQ(EffectOf<DeleteRepo>(cluster.Tell(NotFoundAgain(begin.operation))), nullptr);
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kFailed);
  EXPECT_NE(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, GoesOnWithAnUploadThatWasInGitWhenTheMasterWasKilled) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  auto begin = FirstUpload(cluster);
  begin.upload->digest = std::string(64, 'd');
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  const auto decision = cluster.Tell(Recovered{});
  const auto* find = EffectOf<FindUpload>(decision);
  ASSERT_NE(find, nullptr);
  EXPECT_EQ(find->source.digest, begin.upload->digest);
  EXPECT_EQ(find->source.branch, "main");
  auto found = find->source;
  found.commit = std::string(40, 'c');
  const auto sourced = cluster.Tell(SourceTaken{begin.operation, found});
  ASSERT_NE(EffectOf<SendOrder>(sourced), nullptr);
  EXPECT_EQ(EffectOf<SendOrder>(sourced)->commit, found.commit);
}

// A git URL for an instance that comes into being with it.
Begin FirstFetch(ClusterFixture& cluster) {
  auto begin = FirstUpload(cluster);
  begin.upload.reset();
  begin.git_url = "https://example.org/shop.git";
  return begin;
}

TEST(Operation, ThatIsCancelledBeforeItsSourceCameTakesTheInstanceThatItMadeAway) {
  ClusterFixture cluster;
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  const auto cancelled = cluster.Give(CancelOperation{{.actor = "ann"}, begin.operation});
  ASSERT_TRUE(cancelled.reply.ok());
  ASSERT_NE(EffectOf<StopTaking>(cancelled), nullptr);
  EXPECT_EQ(EffectOf<DeleteRepo>(cancelled), nullptr) << "the fetch still works on the repo";
  EXPECT_FALSE(cluster.Give(cluster.Asking(OperationKind::kDeploy)).reply.ok()) << "nothing in between";
  EXPECT_TRUE(cluster.Give(CancelOperation{{.actor = "ann"}, begin.operation}).reply.ok()) << "asked twice";
  const auto stopped =
      cluster.Tell(SourceTaken{begin.operation, Error{Code::kCancelled, "git URL", "cancelled"}});
  ASSERT_NE(EffectOf<DeleteRepo>(stopped), nullptr);
  (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kCancelled);
  EXPECT_EQ(cluster.Op(begin.operation).operation.failure->cause, "cancelled by ann");
  EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
  EXPECT_TRUE(cluster.state.open.empty());
}

TEST(Operation, ThatIsCancelledTakesNoInstanceAwayThatWasThereBefore) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  const auto cancelled = cluster.Give(CancelOperation{{.actor = "ann"}, begin.operation});
  EXPECT_NE(EffectOf<StopTaking>(cancelled), nullptr);
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kCancelled) << "at once";
  (void)cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  EXPECT_NE(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, ThatIsUndoneGoesOnWithThatAfterACrash) {
  ClusterFixture cluster;
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  (void)cluster.Give(CancelOperation{{.actor = "ann"}, begin.operation});
  ASSERT_NE(EffectOf<DeleteRepo>(cluster.Tell(Recovered{})), nullptr);
  ASSERT_NE(EffectOf<DeleteRepo>(cluster.Tell(Recovered{})), nullptr);  // a second one
  (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kCancelled);
  EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, ThatIsUndoneDoesNotWaitForEverForWhatBringsItsSource) {
  ClusterFixture cluster;
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  (void)cluster.Give(CancelOperation{{.actor = "ann"}, begin.operation});
  cluster.Pass(kCancelWaitMax + Millis(1'000));
  EXPECT_EQ(cluster.Op(begin.operation).plan.stage, Stage::kFinish);
  (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kCancelled);
}

TEST(Operation, ThatCannotBeUndoneEndsAsWhatItWasAndSaysWhatStays) {
  ClusterFixture cluster;
  auto begin = FirstFetch(cluster);
  begin.timeout = Millis(20'000);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  cluster.Pass(Millis(21'000) + kCancelWaitMax + Millis(1'000));
  ASSERT_EQ(cluster.Op(begin.operation).plan.stage, Stage::kFinish);
  (void)cluster.Tell(RepoDeleted{begin.operation, Error{Code::kUnavailable, "git server", "is away"}});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kExpired);
  const auto& failure = *cluster.Op(begin.operation).operation.failure;
  EXPECT_EQ(failure.code, Code::kDeadlineExceeded);
  EXPECT_EQ(failure.object, "instance " + begin.instance);
  EXPECT_TRUE(failure.evidence.back().starts_with("the instance stays")) << failure.evidence.back();
}

TEST(Operation, WhoseFetchFailsOrIsTooLateTakesTheInstanceThatItMadeAway) {
  for (const bool is_late : {false, true}) {
    ClusterFixture cluster;
    auto begin = FirstFetch(cluster);
    begin.timeout = Millis(20'000);
    ASSERT_TRUE(cluster.Give(begin).reply.ok());
    if (is_late) cluster.Pass(Millis(21'000));
    (void)cluster.Tell(SourceTaken{begin.operation, Error{Code::kNotFound, "git URL", "no such repo"}});
    (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
    EXPECT_EQ(cluster.StateOf(begin.operation), is_late ? OperationState::kExpired : OperationState::kFailed);
    EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
  }
}

TEST(Operation, ThatSupersedesTheOneThatMadeTheInstanceAnswersForIt) {
  ClusterFixture cluster;
  ASSERT_TRUE(cluster.Give(FirstFetch(cluster)).reply.ok());
  auto second = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(second).reply.ok());
  EXPECT_NE(cluster.state.instances.Find("shop"), nullptr);
  (void)cluster.Tell(SourceTaken{second.operation, Error{Code::kNotFound, "git URL", "no such repo"}});
  (void)cluster.Tell(RepoDeleted{second.operation, Unit{}});
  EXPECT_EQ(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, ThatGotItsSourceKeepsTheInstanceThatItMade) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  (void)cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  (void)cluster.End(begin.operation, Phase::kFailed, 0, Error{Code::kInvalidArgument, "compose.yaml", "bad"});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kFailed);
  EXPECT_NE(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, WhoseRepoCannotBeRemovedKeepsItsReason) {
  ClusterFixture cluster;
  const auto begin = FirstFetch(cluster);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  (void)cluster.Tell(SourceTaken{begin.operation, Error{Code::kNotFound, "git URL", "no such repo"}});
  (void)cluster.Tell(RepoDeleted{begin.operation, Error{Code::kUnavailable, "git server", "away"}});
  EXPECT_EQ(cluster.Op(begin.operation).operation.failure->cause, "no such repo");
  EXPECT_NE(cluster.Op(begin.operation).operation.failure->evidence.back().find("away"), std::string::npos);
  EXPECT_NE(cluster.state.instances.Find("shop"), nullptr);
}

TEST(Operation, IsNotMovedByAStepOfTheWallClock) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  cluster.now.wall += std::chrono::hours(48);
  cluster.Pass(Millis(1'000));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
}

TEST(Cancel, WaitsForTheWorkersWord) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  const auto decision = cluster.Give(CancelOperation{{.actor = "ann"}, id});
  ASSERT_NE(EffectOf<CancelAttempt>(decision), nullptr);
  EXPECT_FALSE(EffectOf<CancelAttempt>(decision)->stop_following);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  (void)cluster.End(id, Phase::kCancelled);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kCancelled);
  EXPECT_TRUE(cluster.Give(CancelOperation{{.actor = "ann"}, id}).reply.ok());
}

TEST(Deadline, IsNotTakenForACancelBySomebody) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  const auto left = cluster.Op(id).operation.deadline - cluster.now.wall;
  cluster.now.wall += left;
  cluster.now.steady += left;
  const Error late{Code::kDeadlineExceeded, "instance shop", "not done in time", {}, "give it more time"};
  (void)cluster.End(id, Phase::kCancelled, 0, late);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kExpired);
}

TEST(Cancel, EndsWithoutTheWorkerAfterAWhile) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  (void)cluster.Give(CancelOperation{{.actor = "ann"}, id});
  cluster.Pass(kCancelWaitMax + Millis(1'000));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kCancelled);
}

TEST(Cancel, IsRefusedForWhatHasEndedAndForADelete) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto done = cluster.DeployToRunning();
  EXPECT_EQ(cluster.Give(CancelOperation{{}, done}).reply.error().code, Code::kFailedPrecondition);
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  EXPECT_EQ(cluster.Give(CancelOperation{{}, gone.operation}).reply.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(cluster.Give(CancelOperation{{}, "op-none"}).reply.error().code, Code::kNotFound);
}

TEST(RequestId, GivesTheSameOperationAgainAndRefusesAnotherRequest) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  auto begin = cluster.Asking(OperationKind::kDelete);
  begin.origin.request_id = "r1";
  begin.origin.request_key = "key";
  begin.origin.request_digest = "digest";
  (void)cluster.Give(begin);
  auto again = begin;
  again.operation = "op-other";
  const auto repeated = cluster.Give(again);
  ASSERT_TRUE(repeated.reply.ok());
  EXPECT_EQ(repeated.reply->operation, begin.operation);
  EXPECT_TRUE(repeated.changes.empty());
  again.origin.request_digest = "another";
  EXPECT_EQ(cluster.Give(again).reply.error().code, Code::kAlreadyExists);
  cluster.now.wall += kRequestsKept + Millis(1'000);
  cluster.now.steady += kRequestsKept + Millis(1'000);
  (void)DecideSweep(cluster.state, cluster.now);
  EXPECT_EQ(cluster.state.requests.size(), 0U);
}

TEST(RequestId, OfATemplateIsKeptWithItsCommit) {
  ClusterFixture cluster;
  TemplateChanged changed{.name = "node", .commit = std::string(40, 'c')};
  changed.origin.request_id = "r1";
  changed.origin.request_key = "key";
  changed.origin.request_digest = "digest";
  EXPECT_EQ(cluster.Give(changed).reply->commit, changed.commit);
  auto again = changed;
  again.commit = std::string(40, 'd');
  const auto repeated = cluster.Give(again);
  EXPECT_TRUE(repeated.reply->repeated);
  EXPECT_EQ(repeated.reply->commit, changed.commit);
  again.origin.request_digest = "another";
  EXPECT_EQ(cluster.Give(again).reply.error().code, Code::kAlreadyExists);
}

TEST(Worker, IsLostAfterThreeMissedBeatsAndItsAttemptsEndLater) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  cluster.Pass(Millis(10'000));
  const auto id = cluster.DeployToOrder();
  cluster.Pass(Millis(2'500), false);
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kReady);
  cluster.Pass(Millis(1'500), false);
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kLost);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  cluster.Pass(kLostPatience + Millis(1'000), false);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kFailed);
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kLost);
}

TEST(Worker, ThatReturnsInTimeGoesOnWithItsAttempts) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  cluster.Pass(Millis(10'000));
  const auto id = cluster.DeployToOrder();
  (void)cluster.Event(id, 7, Phase::kBuilding);
  cluster.Pass(Millis(5'000), false);
  WorkerFacts facts;
  facts.id = "w1";
  facts.rpc_address = "w1:9999";
  const auto back = cluster.Tell(WorkerRegistered{facts, kProtocolNewest, "new", {}});
  const auto* send = EffectOf<SendOrder>(back);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->after_cursor, 7U);
  EXPECT_EQ(send->rpc_address, "w1:9999");
  EXPECT_EQ(send->order.attempt, 1U);
}

TEST(Worker, IsNotLostInTheDoubleGraceAfterAMastersStart) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.Pass(Millis(5'500), false);
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kReady);
  cluster.Pass(Millis(1'500), false);
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kLost);
}

TEST(Worker, WithAnUnknownSessionIsToldToRegister) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  const auto decision = cluster.Tell(WorkerBeat{"w1", "old", ClusterFixture::FreeLoad(), {}});
  EXPECT_EQ(decision.reply.error().code, Code::kFailedPrecondition);
}

TEST(Worker, WhoseLoadMakesNoSenseKeepsTheLastOne) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  auto bad = ClusterFixture::FreeLoad();
  bad.cpu = -1;
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", bad, {}});
  EXPECT_DOUBLE_EQ(cluster.state.workers.Find("w1")->load->cpu, 0.1);
  EXPECT_EQ(cluster.state.workers.Find("w1")->samples_refused, 1U);
}

TEST(Worker, ThatStillWorksOnAnEndedOperationIsToldToCancel) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  (void)cluster.Give(CancelOperation{{}, id});
  cluster.Pass(kCancelWaitMax + Millis(1'000));
  const Observation seen{.instance = "shop", .attempt = 1, .phase = Phase::kBuilding};
  const auto beat = cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  ASSERT_NE(EffectOf<CancelAttempt>(beat), nullptr);
}

TEST(Observation, TellsHowARunningInstanceDoes) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  Observation seen{
      .instance = "shop", .attempt = 1, .phase = Phase::kRunning, .health = Health::kUnhealthy, .release = 1};
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  EXPECT_EQ(cluster.Inst().instance.status.health, Health::kUnhealthy);
  seen.attempt = 0;
  seen.health = Health::kHealthy;
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  EXPECT_EQ(cluster.Inst().instance.status.health, Health::kUnhealthy);
}

TEST(Observation, OfAllMakesWhatIsMissingFail) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  cluster.AddWorker("w1", {});
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kFailed);
}

TEST(Recovery, LooksForAnUploadAndAsksAgainForTheRest) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  cluster.AddInstance("blog");
  auto upload = cluster.Asking(OperationKind::kDeploy);
  upload.upload = Source{.kind = SourceKind::kUpload};
  (void)cluster.Give(upload);
  const auto ordered = cluster.DeployToOrder("blog");
  const auto recovered = cluster.Tell(Recovered{});
  ASSERT_NE(EffectOf<FindUpload>(recovered), nullptr);
  EXPECT_EQ(EffectOf<FindUpload>(recovered)->operation, upload.operation);
  ASSERT_NE(EffectOf<SendOrder>(recovered), nullptr);
  EXPECT_EQ(EffectOf<SendOrder>(recovered)->order.operation, ordered);
}

TEST(Tokens, TheLastOfAPersonCannotBeRevoked) {
  ClusterFixture cluster;
  CreateToken create;
  create.token = {.id = "t1", .name = "admin", .hash = "h"};
  (void)cluster.Give(create);
  EXPECT_EQ(cluster.Give(RevokeToken{{}, "t1"}).reply.error().code, Code::kFailedPrecondition);
  create.token = {.id = "t2", .name = "ann", .hash = "h"};
  (void)cluster.Give(create);
  EXPECT_TRUE(cluster.Give(RevokeToken{{}, "t1"}).reply.ok());
  EXPECT_EQ(cluster.Give(RevokeToken{{}, "t9"}).reply.error().code, Code::kNotFound);
}

TEST(Tokens, AWorkersIsWorthOneJoin) {
  ClusterFixture cluster;
  CreateToken create;
  create.token = {.id = "w", .name = "worker", .kind = TokenKind::kWorker, .hash = "h"};
  (void)cluster.Give(create);
  EXPECT_TRUE(cluster.state.tokens.Find("w")->expires_at.has_value());
  EXPECT_TRUE(cluster.Give(UseToken{"w", "w1", "e1", {}}).reply.ok());
  EXPECT_EQ(cluster.Give(UseToken{"w", "w2", "e2", {}}).reply.error().code, Code::kUnauthenticated);
}

TEST(Instances, AreUniqueAndOwnersDifferByMoreThanCapitals) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  CreateInstance create;
  create.instance = {.id = "shop", .owner = "default", .project = "x"};
  EXPECT_EQ(cluster.Give(create).reply.error().code, Code::kAlreadyExists);
  create.instance = {.id = "other", .owner = "Default", .project = "x"};
  EXPECT_EQ(cluster.Give(create).reply.error().code, Code::kAlreadyExists);
}

TEST(Instances, AreUpdatedOnlyFromTheRevisionThatIsThere) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  UpdateInstance update{.id = "shop", .description = "new"};
  update.revision = 1;
  EXPECT_TRUE(cluster.Give(update).reply.ok());
  EXPECT_EQ(cluster.Give(update).reply.error().code, Code::kAborted);
}

TEST(Observation, OfABuildBesideWhatRunsSaysThatItRuns) {
  for (const auto phase : {Phase::kBuilt, Phase::kCancelled, Phase::kFailed, Phase::kRejected}) {
    SCOPED_TRACE(PhaseName(phase));
    ClusterFixture it;
    it.AddWorker("w1");
    it.AddInstance("shop");
    (void)it.DeployToRunning();
    auto again = it.Asking(OperationKind::kBuild);
    (void)it.Give(again);
    (void)it.End(again.operation, phase, 1);
    const Observation seen{.instance = "shop",
                           .attempt = it.Op(again.operation).attempt,
                           .phase = phase,
                           .health = Health::kUnhealthy,
                           .release = 1,
                           .operation = again.operation};
    (void)it.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
    EXPECT_EQ(it.Inst().instance.status.phase, Phase::kRunning);
    EXPECT_EQ(it.Inst().instance.status.health, Health::kUnhealthy);
    // So a stop has something to do.
    const auto stop = it.Asking(OperationKind::kStop);
    (void)it.Give(stop);
    EXPECT_EQ(it.StateOf(stop.operation), OperationState::kRunning);
  }
}

}  // namespace
}  // namespace edm::master
