#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "common/adapters/kv/faulty_kv_store.h"
#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/thread_pool.h"
#include "common/base/version.h"
#include "master/adapters/event_log/file_event_log.h"
#include "master/adapters/loop/cluster_loop.h"
#include "master/adapters/loop/effect_runner.h"
#include "master/adapters/state/load.h"
#include "master/ports/full_disk.h"
#include "tests/fakes/master/fake_git_server.h"
#include "tests/fakes/master/fake_worker_channel.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

// Longer than a store of these tests is away, unless it is dead.
constexpr Millis kAnswerWait{3'000};
constexpr std::uint32_t kOperationsKept = 20;

// The system's, and on demand one that does not answer: as if its reader had stopped for ever.
class StickingClock final : public Clock {
 public:
  WallTime Now() const override {
    stuck.wait(true);
    return system_.Now();
  }
  SteadyTime Steady() const override { return system_.Steady(); }
  bool Wait(Millis time, std::stop_token stop) const override { return system_.Wait(time, std::move(stop)); }

  std::atomic<bool> stuck = false;

 private:
  SystemClock system_;
};

// What outlives a master: the store, the workers, git, the disk.
struct World {
  MemoryKvStore kept;
  FakeGitServer git;
  FakeWorkerChannel workers;
  TemporaryFolder folder;
  StickingClock clock;
  Status room = Ok();
};

// One life of a master. Killed: what was not stored is gone, what was posted is dropped.
struct Life {
  explicit Life(World& in, KvStore& through, std::size_t sweep_after = ClusterLoop::kSweepAfter)
      : world(in),
        store(through),
        sealer(Sealer::Open(folder() + "/seal.key").value()),
        log(FileEventLog::Open(folder() + "/events").value()),
        pool(std::make_unique<ThreadPool>(ThreadPool::Options{"test", 4, 4'096})),
        effects({world.git, world.workers, *log, *pool, world.clock}) {
    auto state = LoadState(world.kept, sealer).value();
    state.settings.operations_kept = kOperationsKept;
    RepairLogs(state, *log);
    loop = std::make_unique<ClusterLoop>(std::move(state),
                                         ClusterLoop::Parts{.store = store,
                                                            .sealer = sealer,
                                                            .log = *log,
                                                            .effects = effects,
                                                            .clock = world.clock,
                                                            .check_room = [this] { return world.room; },
                                                            .answer_wait = kAnswerWait,
                                                            .sweep_after = sweep_after});
    effects.Connect(*loop);
    loop->Start();
  }
  // The pool runs dry while what its tasks report to is still there.
  ~Life() {
    loop->Stop();
    pool.reset();
  }

  std::string folder() const { return world.folder.path(); }

  Result<Accepted> Ask(Command command) {
    const auto answer = std::make_shared<std::promise<Result<Accepted>>>();
    auto future = answer->get_future();
    loop->Submit(std::move(command),
                 [answer](Result<Accepted> accepted) { answer->set_value(std::move(accepted)); });
    return future.get();
  }
  void AddWorker() {
    WorkerFacts facts;
    facts.id = "w1";
    facts.rpc_address = "w1:1";
    facts.public_address = "10.0.0.1";
    loop->Report(WorkerRegistered{facts, kProtocolNewest, "s", {}});
    Beat();
  }
  // One that is silent for some seconds is lost.
  void Beat() {
    loop->Report(WorkerBeat{"w1",
                            "s",
                            {.memory_total_mib = 8'000,
                             .memory_available_mib = 8'000,
                             .disk_total_mib = 9'000,
                             .disk_free_mib = 9'000,
                             .networks_free = 90},
                            {}});
  }
  Result<Accepted> Create(const std::string& id) {
    CreateInstance create;
    create.instance = {.id = id, .owner = "default", .project = id};
    create.instance.spec.environment = {{"SECRET", "hush-" + id}};
    return Ask(create);
  }
  Begin Deploy(const std::string& id, const std::string& operation) {
    Begin begin;
    begin.kind = OperationKind::kDeploy;
    begin.instance = id;
    begin.operation = operation;
    begin.git_url = "https://example.org/x.git";
    return begin;
  }
  bool Eventually(const std::function<bool(const State&)>& holds, Millis patience = Millis(10'000)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      if (holds(*loop->View())) return true;
      std::this_thread::sleep_for(Millis(5));
    }
    return false;
  }

  World& world;
  KvStore& store;
  Sealer sealer;
  std::unique_ptr<FileEventLog> log;
  std::unique_ptr<ClusterLoop> loop;
  std::unique_ptr<ThreadPool> pool;
  EffectRunner effects;
};

OperationState StateOf(const State& state, const std::string& id) {
  const auto record = state.operations.Find(id);
  return record ? record->operation.state : OperationState::kPending;
}

// A store that dies for good after so many transactions: what follows never happened.
class DyingStore final : public KvStore {
 public:
  DyingStore(KvStore& inner, int transactions) : inner_(inner), left_(transactions) {}
  Result<std::optional<KvEntry>> Get(const std::string& key) override { return inner_.Get(key); }
  Result<KvSnapshot> List(const std::string& prefix) override { return inner_.List(prefix); }
  Status Transact(const std::vector<KvOp>& ops) override {
    if (left_-- > 0) return inner_.Transact(ops);
    return Error{Code::kUnavailable, "store", "it is dead", {}, ""};
  }
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override {
    return inner_.Watch(prefix, since, wait);
  }

 private:
  KvStore& inner_;
  std::atomic<int> left_;
};

void DeployShop(Life& life) {
  life.AddWorker();
  ASSERT_TRUE(life.Create("shop").ok());
  ASSERT_TRUE(life.Ask(life.Deploy("shop", "op-1")).ok());
  ASSERT_TRUE(
      life.Eventually([](const State& state) { return StateOf(state, "op-1") == OperationState::kDone; }));
}

TEST(ClusterLoop, DeploysFromAnImportToRunning) {
  World world;
  Life life(world, world.kept);
  ASSERT_NO_FATAL_FAILURE(DeployShop(life));
  EXPECT_EQ(life.loop->View()->instances.Find("shop")->instance.status.phase, Phase::kRunning);
  ASSERT_TRUE(life.Eventually([&](const State&) { return life.log->IsClosed("op-1"); }));
  const auto lines = life.log->Read("op-1", 0, 1'000, nullptr).value();
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(std::holds_alternative<Operation>(lines.back().note.what));
  int output = 0;
  for (const auto& line : lines) output += std::holds_alternative<BuildLine>(line.note.what) ? 1 : 0;
  EXPECT_EQ(output, 20);
}

TEST(ClusterLoop, ItsPulseIsLateOnlyWhenItHasStoppedDeciding) {
  World world;
  Life life(world, world.kept);
  const auto in_a_while = [&] { return world.clock.Steady() + ClusterLoop::kTurnMax + Millis(1'000); };
  ASSERT_TRUE(life.Create("shop").ok());
  EXPECT_FALSE(life.loop->pulse().IsLate(world.clock.Steady()));
  world.clock.stuck = true;
  const auto stopped = in_a_while();
  std::this_thread::sleep_for(2 * ClusterLoop::kTickInterval);
  EXPECT_TRUE(life.loop->pulse().IsLate(stopped));
  world.clock.stuck = false;
  world.clock.stuck.notify_all();
  ASSERT_TRUE(life.Create("more").ok());
  EXPECT_FALSE(life.loop->pulse().IsLate(world.clock.Steady()));
}

TEST(ClusterLoop, SweepsBeforeItsTimeWhenManyOperationsHaveEnded) {
  World world;
  Life life(world, world.kept, 1);
  ASSERT_NO_FATAL_FAILURE(DeployShop(life));
  for (std::uint32_t number = 0; number < kOperationsKept + 10; ++number) {
    const Begin again{.operation = "op-again-" + std::to_string(number),
                      .instance = "shop",
                      .kind = number % 2 == 0 ? OperationKind::kStop : OperationKind::kStart};
    ASSERT_TRUE(life.Ask(again).ok());
    ASSERT_TRUE(life.Eventually(
        [&](const State& state) { return StateOf(state, again.operation) == OperationState::kDone; }));
  }
  std::this_thread::sleep_for(Millis(2'000));
  ASSERT_TRUE(
      life.Ask({Begin{.operation = "op-last", .instance = "shop", .kind = OperationKind::kStop}}).ok());
  EXPECT_TRUE(
      life.Eventually([](const State& state) { return state.operations.size() <= kOperationsKept + 2; },
                      ClusterLoop::kSweepInterval / 4));
}

// Whoever waits for the end reads the view when the log is closed; what comes right behind must not matter.
TEST(ClusterLoop, TheViewShowsAnEndBeforeItsLogIsClosed) {
  World world;
  Life life(world, world.kept);
  life.AddWorker();
  const std::jthread noise([&](const std::stop_token& enough) {
    while (!enough.stop_requested()) {
      life.loop->Report(Tick{});
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  });
  for (int i = 0; i < 30; ++i) {
    const auto number = std::to_string(i);
    const auto operation = "op-" + number;
    life.Beat();
    ASSERT_TRUE(life.Create("shop-" + number).ok());
    ASSERT_TRUE(life.Ask(life.Deploy("shop-" + number, operation)).ok());
    std::promise<OperationState> seen;
    const auto wake = std::make_shared<std::function<void()>>(
        [&] { seen.set_value(StateOf(*life.loop->View(), operation)); });
    life.log->WhenClosed(operation, wake);
    auto state = seen.get_future();
    ASSERT_EQ(state.wait_for(Millis(10'000)), std::future_status::ready) << operation;
    EXPECT_EQ(state.get(), OperationState::kDone) << operation;
  }
}

// A deploy of a git URL whose server hangs, for an instance that it makes.
Begin FirstDeploy(Life& life) {
  auto begin = life.Deploy("shop", "op-1");
  begin.create = Instance{.id = "shop", .owner = "default", .project = "shop"};
  return begin;
}

bool IsGone(const State& state) {
  return StateOf(state, "op-1") == OperationState::kCancelled && state.instances.Find("shop") == nullptr;
}

TEST(ClusterLoop, ACancelledFirstDeployLeavesNeitherInstanceNorRepo) {
  World world;
  world.git.HoldImports();
  Life life(world, world.kept);
  ASSERT_TRUE(life.Ask(FirstDeploy(life)).ok());
  ASSERT_TRUE(life.Eventually([&](const State&) { return !world.git.ListRepos()->empty(); }));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(life.Ask(CancelOperation{{.actor = "ann"}, "op-1"}).ok());
  ASSERT_TRUE(life.Eventually(IsGone));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Millis(2'000)) << "the fetch was not waited for";
  EXPECT_TRUE(world.git.ListRepos()->empty());
  EXPECT_TRUE(world.kept.List("edm/v1/instances/")->entries.empty());
}

TEST(ClusterLoop, AFirstDeployThatWasBeingUndoneWhenTheMasterDiedIsUndoneByTheNext) {
  World world;
  world.git.HoldImports();
  world.git.GoAway(1);
  {
    Life life(world, world.kept);
    ASSERT_TRUE(life.Ask(FirstDeploy(life)).ok());
    ASSERT_TRUE(life.Eventually([&](const State&) { return !world.git.ListRepos()->empty(); }));
    ASSERT_TRUE(life.Ask(CancelOperation{{.actor = "ann"}, "op-1"}).ok());
    // Killed: what the effect would report comes to nobody.
    life.loop->Stop();
  }
  Life next(world, world.kept);
  ASSERT_TRUE(next.Eventually(IsGone));
  EXPECT_TRUE(world.git.ListRepos()->empty());
}

TEST(ClusterLoop, LaysTheTemplateThatTheSourceNamesUnderIt) {
  World world;
  world.git.PutFile("edm.yaml", "template: node-store\n");
  Life life(world, world.kept);
  life.AddWorker();
  ASSERT_TRUE(life.Create("shop").ok());
  ASSERT_TRUE(life.Ask(life.Deploy("shop", "op-1")).ok());
  ASSERT_TRUE(
      life.Eventually([](const State& state) { return StateOf(state, "op-1") == OperationState::kFailed; }));
  const auto failure = life.loop->View()->operations.Find("op-1")->operation.failure;
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, Code::kFailedPrecondition);
  EXPECT_EQ(failure->object, "template node-store");

  ASSERT_TRUE(world.git.EnsureRepo({"templates", "node-store"}, "main").ok());
  ASSERT_TRUE(world.git.Push({"templates", "node-store"}, "main", "", {"ann", "", "t", WallTime()}).ok());
  ASSERT_TRUE(life.Ask(life.Deploy("shop", "op-2")).ok());
  ASSERT_TRUE(
      life.Eventually([](const State& state) { return StateOf(state, "op-2") == OperationState::kDone; }));
  const auto releases = ReleasesOf(*life.loop->View(), "shop");
  ASSERT_FALSE(releases.empty());
  EXPECT_EQ(releases.back()->template_name, "node-store");
  EXPECT_EQ(releases.back()->template_commit.size(), 40U);
}

TEST(ClusterLoop, MakesMembersOfWhatItImportsWhereItsEdmYamlSaysSo) {
  World world;
  world.git.PutFile("edm.yaml", "replicas: 2\n");
  Life life(world, world.kept);
  ASSERT_NO_FATAL_FAILURE(DeployShop(life));
  EXPECT_EQ(life.loop->View()->instances.Find("shop")->instance.spec.replicas, 2U);
  for (const auto* member : {"shop_1", "shop_2"}) {
    const auto record = life.loop->View()->instances.Find(member);
    ASSERT_NE(record, nullptr) << member;
    EXPECT_EQ(record->instance.status.phase, Phase::kRunning);
  }
}

TEST(ClusterLoop, AnswersThatAChangeIsNotStoredYetInsteadOfLettingItsCallerWait) {
  World world;
  DyingStore dead(world.kept, 0);
  Life life(world, dead);
  const auto begun = std::chrono::steady_clock::now();
  const auto created = life.Create("shop");
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.error().code, Code::kDeadlineExceeded);
  EXPECT_FALSE(created.error().hint.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Millis(8'000));
  EXPECT_EQ(life.loop->View()->instances.Find("shop"), nullptr);
}

TEST(ClusterLoop, AnswersABeatWhateverTheStoreDoes) {
  World world;
  DyingStore dead(world.kept, 0);
  Life life(world, dead);
  life.AddWorker();
  const auto answer = std::make_shared<std::promise<bool>>();
  auto answered = answer->get_future();
  life.loop->Report(WorkerBeat{"w1", "s", {}, {}},
                    [answer](const Result<Accepted>& accepted) { answer->set_value(accepted.ok()); });
  ASSERT_EQ(answered.wait_for(Millis(2'000)), std::future_status::ready);
  EXPECT_TRUE(answered.get());
}

TEST(ClusterLoop, TakesNothingInThatGrowsWhileThereIsNoRoom) {
  World world;
  Life life(world, world.kept);
  life.AddWorker();
  ASSERT_TRUE(life.Create("shop").ok());
  world.room = FullDisk("the state");
  const auto refused = life.Create("blog");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_EQ(life.Ask(life.Deploy("shop", "op-1")).error().object, kMasterDisk);
  Begin gone = life.Deploy("shop", "op-2");
  gone.kind = OperationKind::kDelete;
  gone.git_url.clear();
  EXPECT_TRUE(life.Ask(gone).ok()) << "what makes room is always taken";
}

TEST(ClusterLoop, NeverStoresAValueOfTheEnvironmentInTheClear) {
  World world;
  Life life(world, world.kept);
  ASSERT_NO_FATAL_FAILURE(DeployShop(life));
  const auto stored = world.kept.List("").value();
  for (const auto& entry : stored.entries) {
    EXPECT_EQ(entry.value.find("hush"), std::string::npos) << entry.key;
    EXPECT_EQ(entry.value.find("grant"), std::string::npos) << entry.key;
  }
}

TEST(ClusterLoop, RefusesChangesWhileTheStoreIsAwayAndGoesOnReading) {
  World world;
  FaultyKvStore faulty(world.kept);
  Life life(world, faulty);
  ASSERT_TRUE(life.Create("shop").ok());
  const auto fail = KvFault{KvFault::Kind::kFailBefore};
  faulty.Script({fail, fail, fail, fail});
  // This one was taken in before anybody knew; it is answered once the store is back.
  auto waiting = std::async(std::launch::async, [&] { return life.Create("blog"); });
  ASSERT_TRUE(life.Eventually([&](const State&) { return life.loop->Trouble().has_value(); }));
  const auto refused = life.Create("third");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_NE(life.loop->View()->instances.Find("shop"), nullptr);
  EXPECT_EQ(life.loop->View()->instances.Find("blog"), nullptr);
  EXPECT_TRUE(waiting.get().ok());
  EXPECT_FALSE(life.loop->Trouble().has_value());
  EXPECT_TRUE(life.Create("third").ok());
}

TEST(EventLog, HoldsNothingOfOperationsThatNobodyKnows) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return std::filesystem::path(folder.path()) / name; };
  std::ofstream(path("op-left")) << "by a kill";
  std::ofstream(path("op-known"));
  auto log = FileEventLog::Open(folder.path()).value();
  log->KeepOnly([](const std::string& operation) { return operation == "op-known"; });
  EXPECT_FALSE(std::filesystem::exists(path("op-left")));
  EXPECT_TRUE(std::filesystem::exists(path("op-known")));
  EXPECT_TRUE(std::filesystem::exists(path("cluster")));
  EXPECT_TRUE(log->Read("op-gone", 0, 10, nullptr).value().empty());
  EXPECT_FALSE(log->IsClosed("op-gone"));
  EXPECT_FALSE(std::filesystem::exists(path("op-gone")));
}

TEST(ClusterLoop, LosesNothingAcknowledgedWhereverItDies) {
  for (int commits = 0; commits < 14; ++commits) {
    World world;
    std::atomic<bool> acknowledged{false};
    {
      DyingStore dying(world.kept, commits);
      Life life(world, dying);
      life.AddWorker();
      if (commits > 2) {
        CreateInstance create;
        create.instance = {.id = "shop", .owner = "default", .project = "shop"};
        life.loop->Submit(create, [](const Result<Accepted>&) {});
        life.loop->Submit(life.Deploy("shop", "op-1"),
                          [&](const Result<Accepted>& it) { acknowledged = it.ok(); });
      }
      life.Eventually([](const State& state) { return StateOf(state, "op-1") == OperationState::kDone; },
                      Millis(150));
    }
    Life next(world, world.kept);
    next.AddWorker();
    const bool known = next.loop->View()->operations.Find("op-1") != nullptr;
    if (acknowledged) {
      EXPECT_TRUE(known) << commits;
    }
    EXPECT_TRUE(next.Eventually([](const State& state) { return state.open.empty(); })) << commits;
    if (!known) continue;
    EXPECT_EQ(StateOf(*next.loop->View(), "op-1"), OperationState::kDone) << commits;
    EXPECT_EQ(world.workers.carried(), 1U) << commits;
    EXPECT_TRUE(next.Eventually([&](const State& state) {
      return world.git.kept({"default", "shop"}).size() == ReleasesOf(state, "shop").size();
    })) << commits;
    ASSERT_TRUE(next.Eventually([&](const State&) { return next.log->IsClosed("op-1"); }));
    std::uint64_t cursor = 0;
    int output = 0;
    int ends = 0;
    const auto lines = next.log->Read("op-1", 0, 1'000, nullptr).value();
    for (const auto& line : lines) {
      EXPECT_EQ(line.cursor, ++cursor);
      output += std::holds_alternative<BuildLine>(line.note.what) ? 1 : 0;
      ends += std::holds_alternative<Operation>(line.note.what) ? 1 : 0;
    }
    EXPECT_EQ(output, 20) << commits;
    EXPECT_EQ(ends, 1) << commits;
  }
}

TEST(ClusterLoop, DeletesAlthoughTheGitServerIsAwayForAMoment) {
  World world;
  Life life(world, world.kept);
  life.AddWorker();
  ASSERT_TRUE(life.Create("shop").ok());
  world.git.GoAway(1);
  Begin gone;
  gone.kind = OperationKind::kDelete;
  gone.instance = "shop";
  gone.operation = "op-d";
  ASSERT_TRUE(life.Ask(gone).ok());
  ASSERT_TRUE(
      life.Eventually([](const State& state) { return StateOf(state, "op-d") == OperationState::kDone; }));
  EXPECT_TRUE(world.kept.List("edm/v1/instances/")->entries.empty());
}

TEST(PackTransactions, KeepsADecisionTogetherAndMeetsTheLimits) {
  World world;
  const auto sealer = Sealer::Open(world.folder.path() + "/seal.key").value();
  std::vector<Batch::Entry> entries;
  for (int i = 0; i < 50; ++i) {
    Decision decision;
    for (int j = 0; j < 3; ++j)
      decision.changes.emplace_back(StoredAddress{"i" + std::to_string(3 * i + j), "10.0.0.1"});
    entries.push_back({std::move(decision), {}});
  }
  std::size_t total = 0;
  const KvLimits few{64, 10'000};
  for (const auto& ops : PackTransactions(entries, sealer, few)) {
    EXPECT_LE(ops.size(), few.ops);
    EXPECT_EQ(ops.size() % 3, 0U);
    total += ops.size();
  }
  EXPECT_EQ(total, 150U);
  EXPECT_EQ(PackTransactions(entries, sealer, {150, 10'000}).size(), 1U) << "one wait for the disk";
}

TEST(PackTransactions, WritesTheLastOfSeveralChangesOfOneEntry) {
  World world;
  const auto sealer = Sealer::Open(world.folder.path() + "/seal.key").value();
  std::vector<Batch::Entry> entries(2);
  entries[0].decision.changes = {StoredAddress{"a", "10.0.0.1"}, StoredAddress{"b", "10.0.0.1"},
                                 StoredAddress{"a", "10.0.0.2"}};
  entries[1].decision.changes = {StoredAddress{"b", "10.0.0.3"}};
  const auto packed = PackTransactions(entries, sealer, {64, 10'000});
  ASSERT_EQ(packed.size(), 1U);
  ASSERT_EQ(packed[0].size(), 2U);
  EXPECT_EQ(packed[0][0].value, "10.0.0.2");
  EXPECT_EQ(packed[0][1].value, "10.0.0.3");
}

}  // namespace
}  // namespace edm::master
