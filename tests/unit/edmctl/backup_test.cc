#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/kv/sqlite_kv_store.h"
#include "common/adapters/seal/sealed_stream.h"
#include "common/base/owned.h"
#include "common/model/epoch.h"
#include "edm/v1/state.pb.h"
#include "edmctl/backup/new_file.h"
#include "edmctl/backup/restore.h"
#include "edmctl/backup/state_restore.h"
#include "edmctl/backup/unpack.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWord = "correct horse";
using Entries = std::vector<std::pair<std::string, std::string>>;

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Chunk(const std::map<std::string, std::string>& entries) {
  v1::StateChunk chunk;
  for (const auto& [key, value] : entries) {
    auto* entry = chunk.add_entries();
    entry->set_key(key);
    entry->set_value(value);
  }
  return chunk.SerializeAsString();
}

Entries Whole() {
  return {{"manifest.json", R"({"format":1,"instances":1})"},
          {"keys/ca.pem", "the CA"},
          {"keys/seal.key", std::string(32, 'k')},
          {"keys/admin.token", "edm_secret"},
          {"config/master.yaml", "store: sqlite\n"},
          {"state/000000", Chunk({{"edm/v1/epoch", "7"}, {"edm/v1/tokens/t1", "token"}})},
          {"state/000001", Chunk({{"edm/v1/instances/shop/spec", "spec"}, {"instance/shop/ip", "10.0.0.1"}})},
          {"git/ann/shop.git/objects/aa/bb", "object"},
          {"git/ann/shop.git/HEAD", "ref: refs/heads/main\n"},
          {"git/ann/gone.git/objects/cc/dd", "object of a repo that was deleted meanwhile"}};
}

std::string Tar(const Entries& entries) {
  std::string bytes(1 << 20, '\0');
  std::size_t used = 0;
  const Owned<archive, archive_write_free> tar(archive_write_new());
  archive_write_set_format_pax_restricted(tar.get());
  archive_write_open_memory(tar.get(), bytes.data(), bytes.size(), &used);
  for (const auto& [name, content] : entries) {
    const Owned<archive_entry, archive_entry_free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), content == "link" ? AE_IFLNK : AE_IFREG);
    if (content == "link") archive_entry_set_symlink(entry.get(), "/etc/passwd");
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_size(entry.get(), content == "link" ? 0 : static_cast<la_int64_t>(content.size()));
    archive_write_header(tar.get(), entry.get());
    if (content != "link") archive_write_data(tar.get(), content.data(), content.size());
  }
  archive_write_close(tar.get());
  return bytes.substr(0, used);
}

class Backups : public ::testing::Test {
 protected:
  std::string Write(const Entries& entries) {
    const auto path = folder_.path() + "/file";
    auto file = NewFile::Begin(path);
    auto writer =
        SealedWriter::Begin(kWord, [&](std::string_view bytes) { return file->Write(bytes); }, {1, 8});
    EXPECT_TRUE(writer->Write(Tar(entries)).ok());
    EXPECT_TRUE(writer->Finish().ok());
    EXPECT_TRUE(file->Finish().ok());
    return path;
  }
  Result<Restored> RestoreInto(const std::string& data, bool force = false, const std::string& word = kWord) {
    RestoreRequest request;
    request.file = folder_.path() + "/file";
    request.passphrase = word;
    request.data = folder_.path() + "/" + data;
    request.force = force;
    return Restore(request);
  }
  fs::path Data(const std::string& name) const { return fs::path(folder_.path()) / "data" / name; }
  std::string Value(const std::string& key) const {
    auto store = SqliteKvStore::Open(Data("state.db"));
    EXPECT_TRUE(store.ok());
    const auto entry = (*store)->Get(key);
    return entry.ok() && *entry ? (*entry)->value : "";
  }

  TemporaryFolder folder_;
};

TEST_F(Backups, MakeABlankHostADataFolder) {
  Write(Whole());
  const auto restored = RestoreInto("data");
  ASSERT_TRUE(restored.ok()) << ToString(restored.error());
  EXPECT_EQ(restored->repos, 1);
  EXPECT_TRUE(restored->has_config);
  EXPECT_EQ(Read(Data("ca/ca.pem")), "the CA");
  EXPECT_EQ(Read(Data("seal.key")), std::string(32, 'k'));
  EXPECT_EQ(Read(Data("admin.token")), "edm_secret");
  EXPECT_EQ(Read(Data("git/ann/shop.git/HEAD")), "ref: refs/heads/main\n");
  EXPECT_FALSE(fs::exists(Data("git/ann/gone.git"))) << "it has no HEAD";
  EXPECT_EQ(Value("edm/v1/instances/shop/spec"), "spec");
  EXPECT_EQ(Value("instance/shop/ip"), "10.0.0.1");
  EXPECT_EQ(Value("edm/v1/epoch"), std::to_string(7 + kEpochLeap));
  EXPECT_FALSE(fs::exists(Data(".restore")));
  struct stat facts {};
  ASSERT_EQ(::stat(Data("seal.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(Data("").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST_F(Backups, AreRefusedWhereSomethingIsUnlessForced) {
  Write(Whole());
  fs::create_directories(Data("git/bob/old.git"));
  std::ofstream(Data("state.db-wal")) << "old";
  const auto refused = RestoreInto("data");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_NE(refused.error().hint.find("--force"), std::string::npos);
  EXPECT_TRUE(fs::exists(Data("git/bob/old.git"))) << "nothing was touched";
  const auto forced = RestoreInto("data", true);
  ASSERT_TRUE(forced.ok()) << ToString(forced.error());
  EXPECT_FALSE(fs::exists(Data("git/bob/old.git")));
  EXPECT_EQ(Value("edm/v1/tokens/t1"), "token");
}

TEST_F(Backups, ThatAreDamagedChangeNothing) {
  const auto path = Write(Whole());
  const auto good = Read(path);
  fs::create_directories(Data("git/bob/old.git"));
  for (const std::size_t at :
       {std::size_t{5}, std::size_t{30}, std::size_t{100}, good.size() / 2, good.size() - 1}) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bad;
    EXPECT_FALSE(RestoreInto("data", true).ok()) << at;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << good.substr(0, at);
    EXPECT_FALSE(RestoreInto("data", true).ok()) << at;
    EXPECT_TRUE(fs::exists(Data("git/bob/old.git")));
    EXPECT_FALSE(fs::exists(Data("seal.key")));
    EXPECT_FALSE(fs::exists(Data(".restore")));
  }
}

TEST_F(Backups, OpenWithTheirPassphraseAlone) {
  Write(Whole());
  const auto refused = RestoreInto("data", false, "wrong horse!");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_FALSE(fs::exists(Data("seal.key")));
}

TEST_F(Backups, OfAnotherShapeAreRefused) {
  const Entries kOdd[] = {{{"manifest.json", "{}"}, {"../outside", "x"}},
                          {{"manifest.json", "{}"}, {"/etc/cron.d/x", "x"}},
                          {{"manifest.json", "{}"}, {"git/../../x", "x"}},
                          {{"manifest.json", "{}"}, {"keys/ca.pem", "link"}},
                          {{"manifest.json", "{}"}, {"other/x", "x"}},
                          {{"manifest.json", "{}"}, {"keys/ca.pem", "no state"}},
                          {{"keys/ca.pem", "no manifest"}}};
  for (const auto& odd : kOdd) {
    Write(odd);
    const auto refused = RestoreInto("data");
    ASSERT_FALSE(refused.ok()) << odd.back().first;
    EXPECT_EQ(refused.error().code, Code::kDataLoss) << odd.back().first;
  }
  EXPECT_FALSE(fs::exists(fs::path(folder_.path()) / "outside"));
}

TEST_F(Backups, PutTheirStateIntoAStoreAndTakeOutWhatIsNotTheirs) {
  const auto state = fs::path(folder_.path()) / "state";
  fs::create_directories(state);
  std::ofstream(state / "000000", std::ios::binary)
      << Chunk({{"edm/v1/epoch", "3"}, {"edm/v1/tokens/t1", "new"}, {"instance/shop/ip", "10.0.0.1"}});
  MemoryKvStore store;
  EXPECT_FALSE(*HoldsState(store));
  ASSERT_TRUE(store
                  .Transact({{KvOp::Kind::kPut, "edm/v1/epoch", "500000", {}},
                             {KvOp::Kind::kPut, "edm/v1/tokens/t2", "old", {}},
                             {KvOp::Kind::kPut, "edm/identity/keys", "ca of another cluster", {}},
                             {KvOp::Kind::kPut, "instance/other/ip", "10.0.0.9", {}},
                             {KvOp::Kind::kPut, "instance/other/notes", "of somebody else", {}}})
                  .ok());
  EXPECT_TRUE(*HoldsState(store));
  ASSERT_TRUE(RestoreState(state, store, true).ok());
  EXPECT_EQ((*store.Get("edm/v1/tokens/t1"))->value, "new");
  EXPECT_FALSE((*store.Get("edm/v1/tokens/t2")).has_value());
  EXPECT_FALSE((*store.Get("instance/other/ip")).has_value());
  EXPECT_FALSE((*store.Get("edm/identity/keys")).has_value()) << "the keys come with the state";
  EXPECT_TRUE((*store.Get("instance/other/notes")).has_value());
  EXPECT_EQ((*store.Get("edm/v1/epoch"))->value, std::to_string(500'000 + kEpochLeap)) << "never back";
}

TEST_F(Backups, AreWrittenWholeOrNotAtAll) {
  const auto path = folder_.path() + "/there";
  std::ofstream(path) << "before";
  {
    auto file = NewFile::Begin(path);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write("half").ok());
  }
  EXPECT_EQ(Read(path), "before");
  auto file = NewFile::Begin(path);
  ASSERT_TRUE(file->Write("after").ok());
  ASSERT_TRUE(file->Finish().ok());
  EXPECT_EQ(Read(path), "after");
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
  EXPECT_EQ(NewFile::Begin(folder_.path() + "/no/such/folder").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace edm::ctl
