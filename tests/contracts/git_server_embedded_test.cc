#include "common/adapters/system/system_entropy.h"
#include "master/adapters/git/embedded_git_server.h"
#include "tests/contracts/git_server_contract.h"

namespace edm::master {
namespace {

class Embedded final : public GitServerUnderTest {
 public:
  explicit Embedded(const std::string& folder) {
    auto opened = EmbeddedGitServer::Open({folder + "/git", "http://127.0.0.1:8080"}, entropy_, transfer_);
    server_ = std::move(opened).value();
  }
  GitServer& server() override { return *server_; }
  std::string BarePath(const RepoName& repo) override { return server_->repos().Path(repo); }

 private:
  SystemEntropy entropy_;
  BoostProcessRunner runner_;
  TransferClient transfer_{{}, runner_};
  std::unique_ptr<EmbeddedGitServer> server_;
};

INSTANTIATE_TEST_SUITE_P(Embedded, GitServerContract,
                         testing::Values(GitServerCase{"Embedded", [](const std::string& folder) {
                                                         return std::make_unique<Embedded>(folder);
                                                       }}));

TEST(ReadGrants, AllowOneRepoUntilTheirTime) {
  const TemporaryFolder folder;
  SystemEntropy entropy;
  const auto grants = ReadGrants::Open(folder.path() + "/key", entropy);
  ASSERT_TRUE(grants.ok());
  const WallTime until{Seconds(1'795'000'000)};
  const auto password = grants->Make({"Ann", "shop"}, until);
  EXPECT_TRUE(grants->Allows(password, {"ann", "shop"}, until - Seconds(1)));
  EXPECT_FALSE(grants->Allows(password, {"ann", "shop"}, until));
  EXPECT_FALSE(grants->Allows(password, {"ann", "shop2"}, until - Seconds(1)));
  EXPECT_FALSE(grants->Allows(password, {"bob", "shop"}, until - Seconds(1)));
  EXPECT_FALSE(grants->Allows(password + "0", {"ann", "shop"}, until - Seconds(1)));
  EXPECT_FALSE(grants->Allows("r1.99999999999." + password.substr(14), {"ann", "shop"}, until));
  for (const auto* wrong : {"", "r1", "r1..", "r2.1.aa", "....", "r1.-1.zz"}) {
    EXPECT_FALSE(grants->Allows(wrong, {"ann", "shop"}, until - Seconds(1)));
  }
  const auto again = ReadGrants::Open(folder.path() + "/key", entropy);
  EXPECT_TRUE(again->Allows(password, {"ann", "shop"}, until - Seconds(1))) << "the key is kept";
  EXPECT_EQ(std::filesystem::status(folder.path() + "/key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(BareRepos, SweepsWhatAKilledMasterLeft) {
  const TemporaryFolder folder;
  SystemEntropy entropy;
  std::filesystem::create_directories(folder.path() + "/.new-12/objects");
  std::filesystem::create_directories(folder.path() + "/.gone-12/objects");
  auto repos = BareRepos::Open(folder.path(), entropy);
  ASSERT_TRUE(repos.ok());
  ASSERT_TRUE((*repos)->Make({"ann", "shop"}, "main").ok());
  const auto objects = (*repos)->Path({"ann", "shop"}) + "/objects";
  std::filesystem::create_directories(objects + "/tmp_objdir-incoming-x/pack");
  std::ofstream(objects + "/pack/tmp_pack_x") << "half";
  const auto lock = (*repos)->Path({"ann", "shop"}) + "/refs/heads/main.lock";
  std::ofstream(lock) << "half";
  repos = BareRepos::Open(folder.path(), entropy);
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/.new-12"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/.gone-12"));
  EXPECT_FALSE(std::filesystem::exists(objects + "/tmp_objdir-incoming-x"));
  EXPECT_FALSE(std::filesystem::exists(lock)) << "no push would pass it";
  EXPECT_FALSE(std::filesystem::exists(objects + "/pack/tmp_pack_x"));
  EXPECT_TRUE((*repos)->OpenRepo({"ann", "shop"}).ok());
}

}  // namespace
}  // namespace edm::master
