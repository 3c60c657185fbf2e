#include "common/adapters/files/data_version.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

namespace fs = std::filesystem;

class ClaimedData : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << text;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Status Claim(const std::string& version) const {
    return ClaimData({path(), {"state.db", "state.db-wal", "ca", "never-there"}}, version);
  }
  std::vector<std::string> Copies() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path())) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("backup-")) names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }
  fs::path path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(ClaimedData, IsStampedAtFirstAndNothingIsCopied) {
  ASSERT_TRUE(Claim("0.1.0").ok());
  EXPECT_EQ(Read("version"), "0.1.0\n");
  ASSERT_TRUE(Claim("0.1.0").ok());
  EXPECT_TRUE(Copies().empty());
}

TEST_F(ClaimedData, IsCopiedBeforeANewerVersionHasIt) {
  ASSERT_TRUE(Claim("0.1.0").ok());
  Write("state.db", "old");
  Write("ca/key", "secret");
  Write("git/large", "left where it is");
  ::chmod((path() / "ca/key").c_str(), 0600);
  ASSERT_TRUE(Claim("0.2.0").ok());
  Write("state.db", "new");
  EXPECT_EQ(Copies(), std::vector<std::string>{"backup-0.1.0"});
  EXPECT_EQ(Read("backup-0.1.0/state.db"), "old");
  EXPECT_EQ(Read("backup-0.1.0/ca/key"), "secret");
  EXPECT_EQ(Read("backup-0.1.0/version"), "0.1.0\n") << "so that putting it back undoes the upgrade whole";
  EXPECT_FALSE(fs::exists(path() / "backup-0.1.0/git"));
  EXPECT_EQ(fs::status(path() / "backup-0.1.0").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(path() / "backup-0.1.0/ca/key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ClaimedData, OfANewerVersionIsRefusedAndBothAreNamed) {
  ASSERT_TRUE(Claim("0.10.0").ok());
  Write("state.db", "new");
  const auto refused = Claim("0.9.3");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().cause, "version 0.10.0 of edm has written it, and this is version 0.9.3");
  EXPECT_EQ(Read("version"), "0.10.0\n");
  EXPECT_TRUE(Copies().empty());
}

TEST_F(ClaimedData, KeepsTheNewestCopiesByNumber) {
  for (const auto* version : {"0.8.0", "0.9.0", "0.10.0", "0.11.0", "1.0.0"}) {
    ASSERT_TRUE(Claim(version).ok()) << version;
    Write("state.db", version);
  }
  EXPECT_EQ(Copies(), (std::vector<std::string>{"backup-0.10.0", "backup-0.11.0", "backup-0.9.0"}));
}

TEST_F(ClaimedData, ACopyThatWasBrokenOffIsMadeAnew) {
  ASSERT_TRUE(Claim("0.1.0").ok());
  Write("state.db", "old");
  Write("backup-0.1.0.part/state.db", "half");
  Write("backup-0.1.0/state.db", "of an upgrade that was undone");
  ASSERT_TRUE(Claim("0.2.0").ok());
  EXPECT_EQ(Read("backup-0.1.0/state.db"), "old");
  EXPECT_FALSE(fs::exists(path() / "backup-0.1.0.part"));
}

TEST_F(ClaimedData, ThatCannotBeCopiedStaysOfTheVersionThatWroteIt) {
  ASSERT_TRUE(Claim("0.1.0").ok());
  Write("state.db", "old");
  std::ofstream(path() / "backup-0.1.0") << "a file is in the way";
  fs::create_directory(path() / "never-there");
  fs::create_directory_symlink("nowhere", path() / "never-there/broken");
  ::mkfifo((path() / "state.db-wal").c_str(), 0600);  // no copy can be made of that
  EXPECT_FALSE(Claim("0.2.0").ok());
  EXPECT_EQ(Read("version"), "0.1.0\n");
}

}  // namespace
}  // namespace edm
