#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "common/adapters/kv/faulty_kv_store.h"
#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/kv/metered_kv_store.h"
#include "common/adapters/kv/sqlite_kv_store.h"
#include "tests/contracts/kv_store_contract.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

// A store together with the folder that it lives in.
class SqliteInFolder final : public KvStore {
 public:
  SqliteInFolder() : store_(std::move(SqliteKvStore::Open(folder_.path() + "/state.db")).value()) {}
  KvLimits limits() const override { return store_->limits(); }
  Result<std::optional<KvEntry>> Get(const std::string& key) override { return store_->Get(key); }
  Result<KvSnapshot> List(const std::string& prefix) override { return store_->List(prefix); }
  Status Transact(const std::vector<KvOp>& ops) override { return store_->Transact(ops); }
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override {
    return store_->Watch(prefix, since, wait);
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<SqliteKvStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, KvStoreContract,
                         testing::Values([] { return std::make_unique<MemoryKvStore>(); }));
INSTANTIATE_TEST_SUITE_P(Sqlite, KvStoreContract,
                         testing::Values([] { return std::make_unique<SqliteInFolder>(); }));

KvOp Put(std::string key, std::string value) {
  return {KvOp::Kind::kPut, std::move(key), std::move(value), {}};
}

class SqliteKvStoreTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/state.db";
};

TEST_F(SqliteKvStoreTest, KeepsItsEntriesAndRevisionsOverAReopening) {
  KvRevision revision = 0;
  {
    auto store = SqliteKvStore::Open(path_);
    ASSERT_TRUE(store.ok()) << ToString(store.error());
    ASSERT_TRUE((*store)->Transact({Put("a", "1"), Put("b", "1")}).ok());
    ASSERT_TRUE((*store)->Transact({{KvOp::Kind::kDelete, "b", "", {}}}).ok());
    revision = (*store)->List("")->revision;
  }
  auto store = SqliteKvStore::Open(path_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->List("")->revision, revision);
  EXPECT_EQ((*store)->List("")->entries.size(), 1U);
  ASSERT_TRUE((*store)->Transact({Put("b", "2")}).ok());
  EXPECT_GT((**(*store)->Get("b")).revision, revision);
}

TEST_F(SqliteKvStoreTest, BelongsToOneOwner) {
  auto store = SqliteKvStore::Open(path_);
  ASSERT_TRUE(store.ok());
  const auto second = SqliteKvStore::Open(path_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kFailedPrecondition);
  EXPECT_NE(second.error().cause.find(std::to_string(::getpid())), std::string::npos);
  store.value().reset();
  EXPECT_TRUE(SqliteKvStore::Open(path_).ok());
}

TEST_F(SqliteKvStoreTest, CanBeReadByItsOwnerOnly) {
  ASSERT_TRUE(SqliteKvStore::Open(path_).ok());
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
}

TEST_F(SqliteKvStoreTest, RefusesOtherFiles) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto opened = SqliteKvStore::Open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kDataLoss);
  EXPECT_EQ(SqliteKvStore::Open(folder_.path() + "/none/state.db").error().code, Code::kNotFound);
}

TEST_F(SqliteKvStoreTest, LosesNothingAcknowledgedWhenKilled) {
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = SqliteKvStore::Open(path_);
    for (int i = 1;; ++i) {
      if (!store.ok() || !(*store)->Transact({Put("a", std::to_string(i)), Put("b", std::to_string(i))}).ok())
        ::_exit(1);
      (void)!::write(fds[1], &i, sizeof i);
    }
  }
  int acknowledged = 0;
  while (acknowledged < 20)
    ASSERT_EQ(::read(fds[0], &acknowledged, sizeof acknowledged), static_cast<ssize_t>(sizeof acknowledged));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(fds[1]);
  while (::read(fds[0], &acknowledged, sizeof acknowledged) > 0) {
  }
  ::close(fds[0]);
  auto store = SqliteKvStore::Open(path_);
  ASSERT_TRUE(store.ok()) << ToString(store.error());
  const auto a = (**(*store)->Get("a")).value;
  EXPECT_GE(std::stoi(a), acknowledged);
  EXPECT_EQ((**(*store)->Get("b")).value, a);
}

// A limit on file sizes stands for the full disk: the write is cut off in the same place.
TEST_F(SqliteKvStoreTest, ReportsAWriteThatFindsNoSpaceAndGoesOnWhenThereIsSome) {
  auto store = SqliteKvStore::Open(path_);
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->Transact({Put("a", "1")}).ok());
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{64 * 1024, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const auto refused = (*store)->Transact({Put("a", std::string(300'000, 'x'))});
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().code == Code::kUnavailable || refused.error().code == Code::kResourceExhausted)
      << ToString(refused.error());
  EXPECT_EQ((**(*store)->Get("a")).value, "1");
  EXPECT_TRUE((*store)->Transact({Put("a", "2")}).ok());
}

TEST(FaultyKvStore, FailsBeforeOrAfterAsScripted) {
  MemoryKvStore inner;
  FaultyKvStore store(inner);
  store.Script({{KvFault::Kind::kFailBefore}, {KvFault::Kind::kFailAfter}, {KvFault::Kind::kNone}});
  EXPECT_EQ(store.Transact({Put("a", "1")}).error().code, Code::kUnavailable);
  EXPECT_FALSE(inner.Get("a")->has_value());
  EXPECT_EQ(store.Transact({Put("a", "2")}).error().code, Code::kUnavailable);
  EXPECT_TRUE(inner.Get("a")->has_value());
  EXPECT_TRUE(store.Transact({Put("a", "3")}).ok());
}

TEST(FaultyKvStore, RepeatsItsFaultsForASeed) {
  const auto run = [](std::uint64_t seed) {
    MemoryKvStore inner;
    FaultyKvStore store(inner, {.seed = seed, .fail_before = 0.3, .fail_after = 0.3});
    std::string outcome;
    for (int i = 0; i < 40; ++i) outcome += store.Transact({Put("a", "1")}).ok() ? '.' : 'x';
    return outcome;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(MeteredKvStore, ReportsEachCallAndItsOutcome) {
  MemoryKvStore inner;
  std::string calls;
  MeteredKvStore store(inner, [&](std::string_view call, Code outcome, std::chrono::microseconds) {
    calls += std::string(call) + ":" + std::string(CodeName(outcome)) + " ";
  });
  (void)store.Transact({{KvOp::Kind::kPut, "a", "1", 5}});
  (void)store.Get("a");
  (void)store.Watch("", 0, Millis(0));
  EXPECT_EQ(calls, "transact:ABORTED get:OK watch:OK ");
}

}  // namespace
}  // namespace edm
