#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/adapters/kv/memory_kv_store.h"
#include "tests/fakes/temporary_folder.h"
#include "worker/adapters/events/file_event_log.h"
#include "worker/adapters/files/disk_release_files.h"
#include "worker/adapters/journal/kv_journal.h"
#include "worker/adapters/load/cgroup_cpu.h"
#include "worker/adapters/load/system_load_probe.h"

namespace edm::worker {
namespace {

class State : public ::testing::Test {
 protected:
  State()
      : folder_(std::filesystem::temp_directory_path() / ("edm-worker-state-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~State() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_;
};

AttemptRecord Attempt() {
  auto record = NewAttempt({.epoch = 1,
                            .instance = "shop",
                            .attempt = 7,
                            .operation = "op-7",
                            .target = Target::kRunning,
                            .release = 4,
                            .build = true,
                            .source = RepoAccess{"http://git/shop.git", "edm", "hush", std::string(40, 'a')},
                            .environment = {{"TOKEN", "quiet"}}});
  record.done = Effect::kJudge;
  record.phase = Phase::kFetching;
  record.failure = Error{Code::kCancelled, "instance shop", "cancelled", {"line"}, "hint"};
  record.failed_as = Phase::kCancelled;
  record.trial_took = Millis(700);
  return record;
}

Holding SomeHolding() {
  Holding holding{.instance = "shop",
                  .owner = "ann",
                  .running_release = 3,
                  .address_published = true,
                  .ports = {{"web/80/tcp", 20'001}, {"web/80/tcp=8080", 8'080}},
                  .subnets = {{"default", "10.201.0.0/24"}},
                  .generated = {{"password", "secret"}},
                  .inspect_until = WallTime(Millis(5)),
                  .trial_until = WallTime(Millis(6))};
  holding.releases[3] = {
      .number = 3,
      .images = {{"web", "sha256:1"}},
      .template_name = "node",
      .commit = "c1",
      .inputs = {{"base:1", "sha256:2"}, {"pulled:1", ""}},
      .final_digest = "ab",
      .run = {.services = {{.service = "web", .ports = {80}, .http = HttpCheck{80, "/health"}}},
              .ports = {{"web", 80, "tcp"}, {"web", 80, "tcp", 8'080, true}},
              .endpoints = {{.service = "web", .container_port = 80, .lan_address = "10.1.0.2"}},
              .catalog_names = {{"web", "www"}},
              .ready_timeout = Millis(1'500),
              .ready_least = Millis(900),
              .stop_grace = Seconds(3)},
      .ready_took = Millis(400),
      .kept = {{"db", 2}}};
  return holding;
}

TEST_F(State, TheJournalGivesBackWhatItWasGiven) {
  MemoryKvStore store;
  const auto key = folder_ / "seal.key";
  const auto attempt = Attempt();
  const auto holding = SomeHolding();
  {
    KvJournal journal(store, SecretBox::Open(key).value());
    ASSERT_TRUE(journal.PutEpoch(12).ok());
    ASSERT_TRUE(journal.Put(attempt, holding).ok());
  }
  KvJournal journal(store, SecretBox::Open(key).value());
  const auto contents = journal.Load();
  ASSERT_TRUE(contents.ok()) << ToString(contents.error());
  EXPECT_EQ(contents->epoch, 12u);
  ASSERT_EQ(contents->attempts.size(), 1u);
  const auto& read = contents->attempts[0];
  EXPECT_EQ(read.order.source->password, "hush");
  EXPECT_EQ(read.order.environment, attempt.order.environment);
  EXPECT_EQ(read.course, Course::kDeploy);
  EXPECT_EQ(read.done, Effect::kJudge);
  EXPECT_EQ(read.failure, attempt.failure);
  EXPECT_EQ(read.trial_took, attempt.trial_took);
  ASSERT_EQ(contents->holdings.size(), 1u);
  const auto& held = contents->holdings[0];
  EXPECT_EQ(held.ports, holding.ports);
  EXPECT_EQ(held.generated, holding.generated);
  EXPECT_EQ(held.inspect_until, holding.inspect_until);
  EXPECT_EQ(held.trial_until, holding.trial_until);
  const auto& run = held.releases.at(3).run;
  EXPECT_EQ(run.services.at(0).http->path, "/health");
  EXPECT_EQ(run.ports, holding.releases.at(3).run.ports);
  EXPECT_EQ(run.endpoints, holding.releases.at(3).run.endpoints);
  EXPECT_EQ(run.ready_timeout, Millis(1'500));
  EXPECT_EQ(run.ready_least, Millis(900));
  EXPECT_EQ(held.releases.at(3).ready_took, Millis(400));
  EXPECT_EQ(held.releases.at(3).kept, holding.releases.at(3).kept);
  EXPECT_EQ(held.releases.at(3).images, holding.releases.at(3).images);
  EXPECT_EQ(held.releases.at(3).commit, "c1");
  EXPECT_EQ(held.releases.at(3).inputs, holding.releases.at(3).inputs);
}

TEST_F(State, NothingSecretStandsInTheJournalInTheClear) {
  MemoryKvStore store;
  KvJournal journal(store, SecretBox::Open(folder_ / "seal.key").value());
  ASSERT_TRUE(journal.Put(Attempt(), SomeHolding()).ok());
  const auto kept = store.List("").value();
  ASSERT_FALSE(kept.entries.empty());
  for (const auto& entry : kept.entries) {
    for (const auto* secret : {"hush", "quiet", "secret"}) {
      EXPECT_EQ(entry.value.find(secret), std::string::npos);
    }
  }
}

TEST_F(State, AJournalOfAnotherKeyIsRefused) {
  MemoryKvStore store;
  ASSERT_TRUE(
      KvJournal(store, SecretBox::Open(folder_ / "one.key").value()).Put(Attempt(), SomeHolding()).ok());
  KvJournal other(store, SecretBox::Open(folder_ / "other.key").value());
  EXPECT_EQ(other.Load().error().code, Code::kDataLoss);
}

BuildLine Line(std::string text) { return {.service = "web", .text = std::move(text)}; }

TEST_F(State, EventsAreReadFromAnyCursorAlsoAfterARestart) {
  const AttemptKey key{"shop", 1};
  for (int start = 0; start < 2; ++start) {
    auto log = FileEventLog::Open(folder_ / "events").value();
    for (int i = 0; i < 100; ++i) log->Append(key, {.what = Line("line " + std::to_string(start * 100 + i))});
  }
  auto log = FileEventLog::Open(folder_ / "events").value();
  for (const std::uint32_t after : {0u, 1u, 63u, 64u, 65u, 150u, 199u}) {
    const auto events = log->Read(key, after, 10).value();
    ASSERT_EQ(events.size(), std::min<std::size_t>(10, 200 - after));
    EXPECT_EQ(events[0].cursor, after + 1);
    EXPECT_EQ(std::get<BuildLine>(events[0].what).text, "line " + std::to_string(after));
  }
  EXPECT_TRUE(log->Read(key, 200, 10).value().empty());
  EXPECT_TRUE(log->Read({"shop", 2}, 0, 10).value().empty());
}

TEST_F(State, AnEventThatACrashCutOffIsGoneAndTheNextTakesItsCursor) {
  const AttemptKey key{"shop", 1};
  auto log = FileEventLog::Open(folder_ / "events").value();
  log->Append(key, {.what = Line("one")});
  log->Append(key, {.what = Line("two")});
  const auto file = folder_ / "events" / "shop.1";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  log = FileEventLog::Open(folder_ / "events").value();
  log->Append(key, {.what = Line("three")});
  const auto events = log->Read(key, 0, 10).value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].cursor, 2u);
  EXPECT_EQ(std::get<BuildLine>(events[1].what).text, "three");
}

TEST_F(State, OutputBeyondTheLimitIsLeftOutAndCounted) {
  const AttemptKey key{"shop", 1};
  auto log = FileEventLog::Open(folder_ / "events", 16 * 1024).value();
  const std::string large(1024, 'x');
  for (int i = 0; i < 20; ++i) log->Append(key, {.what = Line(large)});
  log->Append(key, {.what = AttemptEnd{.phase = Phase::kBuilt}});
  const auto events = log->Read(key, 0, 100).value();
  ASSERT_EQ(events.size(), 18u);
  EXPECT_EQ(std::get<Warning>(events[16].what).text, "4 lines of output left out");
  EXPECT_EQ(std::get<AttemptEnd>(events[17].what).phase, Phase::kBuilt);
}

TEST_F(State, FollowersAreToldUntilTheyLeave) {
  auto log = FileEventLog::Open(folder_ / "events").value();
  int told = 0;
  auto following = log->Follow({"shop", 1}, [&] { ++told; });
  log->Append({"shop", 1}, {.what = Line("one")});
  log->Append({"shop", 2}, {.what = Line("of another")});
  following.reset();
  log->Append({"shop", 1}, {.what = Line("two")});
  EXPECT_EQ(told, 1);
  log->Drop({"shop", 1});
  EXPECT_TRUE(log->Read({"shop", 1}, 0, 10).value().empty());
}

TEST_F(State, HistoriesThatNobodyKnowsAreDroppedAndAskingMakesNone) {
  auto log = FileEventLog::Open(folder_ / "events").value();
  log->Append({"shop", 1}, {.what = Line("known")});
  log->Append({"shop", 2}, {.what = Line("left by a kill")});
  EXPECT_TRUE(log->Read({"gone", 1}, 0, 10).value().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "events" / "gone.1"));
  log = FileEventLog::Open(folder_ / "events").value();
  log->KeepOnly({{"shop", 1}});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "events" / "shop.2"));
  EXPECT_EQ(log->Read({"shop", 1}, 0, 10).value().size(), 1u);
}

TEST_F(State, ReleaseFoldersComeAndGo) {
  DiskReleaseFiles files(folder_);
  ASSERT_TRUE(files.WriteFinal("shop", 3, "{}", {{"a/app.conf", "x"}}).ok());
  EXPECT_EQ(files.ReadFinal("shop", 3).value(), "{}");
  EXPECT_TRUE(
      std::filesystem::exists(std::filesystem::path(files.RenderedDirectory("shop", 3)) / "a/app.conf"));
  EXPECT_EQ(files.ReadFinal("shop", 4).error().code, Code::kNotFound);
  EXPECT_EQ(files.Releases("shop").value(), std::vector<std::uint32_t>{3});
  EXPECT_TRUE(files.Releases("other").value().empty());
  ASSERT_TRUE(files.Drop("shop", 3).ok());
  EXPECT_TRUE(files.Releases("shop").value().empty());
  ASSERT_TRUE(files.DropAll("shop").ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "instances" / "shop"));
}

void WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST_F(State, FilesAndFoldersOfTwoReleasesAreCompared) {
  const DiskReleaseFiles files(folder_);
  for (const int release : {1, 2}) {
    const std::filesystem::path checkout =
        files.CheckoutDirectory("shop", static_cast<std::uint32_t>(release));
    WriteFile(checkout / "init.sql", "create");
    WriteFile(checkout / "page.html", "page " + std::to_string(release));
    WriteFile(checkout / "conf/a/b", "same");
    WriteFile(checkout / "mixed/same", "same");
    WriteFile(checkout / "mixed/other", "other " + std::to_string(release));
    WriteFile(checkout / "more" / std::to_string(release), "same");
  }
  const auto is_same = [&](const std::string& path) {
    return files.IsSame("shop", 1, 2, "checkout/" + path);
  };
  EXPECT_TRUE(is_same("init.sql"));
  EXPECT_TRUE(is_same("conf"));
  for (const auto* path : {"page.html", "mixed", "more", "none"}) EXPECT_FALSE(is_same(path)) << path;
}

TEST(Load, ReadsTheTightestQuotaOfACgroup) {
  TemporaryFolder folder;
  const std::filesystem::path root = folder.path();
  EXPECT_FALSE(ReadCgroupCpu("0::/\n", root));
  WriteFile(root / "a.slice/cpu.max", "150000 100000\n");
  WriteFile(root / "a.slice/cpu.stat", "usage_usec 7000\nuser_usec 1\n");
  WriteFile(root / "a.slice/b.service/cpu.max", "max 100000\n");
  WriteFile(root / "a.slice/b.service/cpu.stat", "usage_usec 10\n");
  const auto unified = ReadCgroupCpu("0::/a.slice/b.service\n", root);
  ASSERT_TRUE(unified);
  EXPECT_EQ(unified->used_us, 7'000u);
  EXPECT_DOUBLE_EQ(unified->cores, 1.5);

  WriteFile(root / "cpu/edm/cpu.cfs_quota_us", "50000\n");
  WriteFile(root / "cpu/edm/cpu.cfs_period_us", "100000\n");
  WriteFile(root / "cpu/cpu.cfs_quota_us", "-1\n");
  WriteFile(root / "cpu/cpu.cfs_period_us", "100000\n");
  WriteFile(root / "cpuacct/edm/cpuacct.usage", "3000000\n");
  const auto split = ReadCgroupCpu("3:cpuset:/\n2:cpuacct:/\n1:cpu:/edm/not-there\n0::/\n", root);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->used_us, 3'000u);
  EXPECT_DOUBLE_EQ(split->cores, 0.5);
  EXPECT_FALSE(ReadCgroupCpu("3:cpuset:/\n1:cpu:/\n", root)) << "-1 is no limit";
}

TEST(Load, ReadsTheKernelsNumbers) {
  const auto ticks = ParseCpuTicks("cpu  100 10 50 800 40 1 2 7 0 0\ncpu0 1 2 3 4\nintr 5\n", {7});
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->busy, 170u);
  EXPECT_EQ(ticks->all, 1010u);
  const auto own = ParseCpuTicks("cpu  9 9 9 9\ncpu0 1 2 3 4\ncpu1 5 5 5 5\n", {1});
  EXPECT_EQ(own->busy, 15u);
  EXPECT_EQ(own->all, 20u);
  EXPECT_FALSE(ParseCpuTicks("", {0}));
  EXPECT_EQ(ParseMemoryMib("MemTotal:       16384000 kB\nMemFree: 1 kB\n", "MemTotal"), 16'000u);
  EXPECT_EQ(ParseMemoryMib("", "MemTotal"), 0u);
}

}  // namespace
}  // namespace edm::worker
