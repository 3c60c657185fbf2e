#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "common/adapters/kv/memory_kv_store.h"
#include "common/base/owned.h"
#include "edm/v1/state.pb.h"
#include "master/adapters/backup/master_backup.h"
#include "master/adapters/state/load.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;

Files Unpacked(const std::string& tar) {
  Files files;
  const Owned<archive, archive_read_free> reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  EXPECT_EQ(archive_read_open_memory(reader.get(), tar.data(), tar.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    if (!content.empty()) archive_read_data(reader.get(), content.data(), content.size());
    files[archive_entry_pathname(entry)] = content;
  }
  return files;
}

class Backup : public ::testing::Test, protected ClusterFixture {
 protected:
  Backup() : sealer_(*Sealer::Open(data() / "seal.key")) {
    Write("ca/ca.pem", "the CA");
    Write("admin.token", "edm_secret");
    Write("git/ann/shop.git/HEAD", "ref: refs/heads/main\n");
    Write("git/ann/shop.git/config", "[core]\n\tbare = true\n");
    Write("git/ann/shop.git/refs/heads/main", std::string(40, 'a') + "\n");
    Write("git/ann/shop.git/objects/aa/bb", "an object");
    Write("git/ann/shop.git/objects/pack/tmp_pack_x", "on its way");
    Write("git/ann/shop.git/objects/pack/p.pack", std::string(700'000, 'p'));
    Write("git/.hooks/pre-receive", "ours");
    AddWorker("w1");
    AddInstance("shop");
    (void)DeployToRunning();
  }

  fs::path data() const { return folder_.path(); }
  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((data() / name).parent_path());
    std::ofstream(data() / name, std::ios::binary) << text;
  }
  MasterBackup Source() {
    return MasterBackup({.data = data(),
                         .git = data() / "git",
                         .config_file = "",
                         .version = "0.2.0",
                         .sealer = sealer_,
                         .clock = clock_,
                         .view = [this] { return std::make_shared<const State>(state.Share()); }});
  }
  std::string ReadAll(BackupReader& reader) {
    std::string tar;
    for (;;) {
      const auto piece = reader.Next();
      EXPECT_TRUE(piece.ok()) << ToString(piece.error());
      if (!piece.ok() || piece->empty()) return tar;
      EXPECT_LE(piece->size(), BackupReader::kPieceBytesMax);
      tar += *piece;
    }
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  Sealer sealer_;
};

TEST_F(Backup, HoldsKeysStateAndRepos) {
  auto source = Source();
  const auto reader = source.Open();
  ASSERT_TRUE(reader.ok());
  const auto files = Unpacked(ReadAll(**reader));
  EXPECT_EQ(files.at("keys/ca.pem"), "the CA");
  EXPECT_EQ(files.at("keys/admin.token"), "edm_secret");
  EXPECT_EQ(files.at("keys/seal.key").size(), 32);
  EXPECT_EQ(files.at("git/ann/shop.git/refs/heads/main"), std::string(40, 'a') + "\n");
  EXPECT_EQ(files.at("git/ann/shop.git/objects/aa/bb"), "an object");
  EXPECT_EQ(files.at("git/ann/shop.git/objects/pack/p.pack").size(), 700'000);
  EXPECT_FALSE(files.contains("git/ann/shop.git/objects/pack/tmp_pack_x"));
  EXPECT_FALSE(files.contains("git/.hooks/pre-receive"));
  EXPECT_EQ(nlohmann::json::parse(files.at("manifest.json"))["instances"], 1);
}

TEST_F(Backup, LoadsAgainAsTheSameState) {
  auto source = Source();
  const auto reader = source.Open();
  MemoryKvStore store;
  for (const auto& [name, content] : Unpacked(ReadAll(**reader))) {
    if (!name.starts_with("state/")) continue;
    v1::StateChunk chunk;
    ASSERT_TRUE(chunk.ParseFromString(content));
    std::vector<KvOp> ops;
    for (const auto& entry : chunk.entries())
      ops.push_back({KvOp::Kind::kPut, entry.key(), entry.value(), {}});
    ASSERT_TRUE(store.Transact(ops).ok());
  }
  const auto loaded = LoadState(store, sealer_);
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.error());
  EXPECT_EQ(loaded->instances.size(), state.instances.size());
  EXPECT_EQ(loaded->operations.size(), state.operations.size());
  EXPECT_EQ(loaded->releases.size(), state.releases.size());
  EXPECT_EQ(loaded->workers.size(), state.workers.size());
  EXPECT_EQ(loaded->epoch, state.epoch + 1);
  const auto& before = Inst();
  const auto after = loaded->instances.Find("shop");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->attempts, before.attempts);
  EXPECT_EQ(after->releases, before.releases);
  EXPECT_EQ(after->instance.status.endpoints, before.instance.status.endpoints);
  EXPECT_EQ((*store.Get("instance/shop/ip"))->value, before.instance.status.address);
}

TEST_F(Backup, IsOfTheMomentInWhichItBegan) {
  auto source = Source();
  const auto reader = source.Open();
  std::string tar = *(*reader)->Next();
  AddInstance("later");
  tar += ReadAll(**reader);
  for (const auto& [name, content] : Unpacked(tar))
    EXPECT_EQ(content.find("later"), std::string::npos) << name;
}

TEST_F(Backup, TakesNoRefThatCameAfterItBeganToReadTheRepo) {
  auto source = Source();
  const auto reader = source.Open();
  std::string tar = *(*reader)->Next();  // 256 KiB: the pack is under way, the refs were read
  Write("git/ann/shop.git/refs/heads/main", std::string(40, 'b') + "\n");
  tar += ReadAll(**reader);
  EXPECT_EQ(Unpacked(tar).at("git/ann/shop.git/refs/heads/main"), std::string(40, 'a') + "\n");
}

TEST_F(Backup, OfARepoThatIsDeletedMeanwhileLeavesNoHead) {
  auto source = Source();
  const auto reader = source.Open();
  std::string tar = *(*reader)->Next();
  fs::remove_all(data() / "git/ann/shop.git");
  tar += ReadAll(**reader);
  EXPECT_FALSE(Unpacked(tar).contains("git/ann/shop.git/HEAD"));
}

TEST_F(Backup, WithoutItsSealKeyIsRefused) {
  fs::remove(data() / "seal.key");
  auto source = Source();
  const auto reader = source.Open();
  Result<std::string> piece = std::string("x");
  while (piece.ok() && !piece->empty()) piece = (*reader)->Next();
  ASSERT_FALSE(piece.ok());
  EXPECT_EQ(piece.error().code, Code::kFailedPrecondition);
}

TEST_F(Backup, IsMadeByTwoAtOnceAtMost) {
  auto source = Source();
  auto first = source.Open();
  auto second = source.Open();
  EXPECT_EQ(source.Open().error().code, Code::kResourceExhausted);
  (*first).reset();
  EXPECT_TRUE(source.Open().ok());
}

}  // namespace
}  // namespace edm::master
