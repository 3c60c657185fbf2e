#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/adapters/config/load.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

struct Options {
  std::string listen = "127.0.0.1:8800";
  Millis beat{1000};
  std::uint32_t releases = 5;
  std::uint64_t upload = 1U << 30;
  bool reflection = false;
  std::map<std::string, std::string> labels;
  std::vector<std::string> pools = {"10.201.0.0/16"};
  std::string store = "sqlite";
};

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.Add("grpc.listen", &options_.listen, "host:port", "where people are served");
    settings_.Add("beat_interval", &options_.beat, "how often workers beat");
    settings_.Add("releases.kept", &options_.releases, "a number", "how many can be rolled back to");
    settings_.Add("upload.bytes_max", &options_.upload, "largest upload");
    settings_.Add("reflection", &options_.reflection, "tell clients the protos");
    settings_.Add("labels", &options_.labels, "what placement may ask for");
    settings_.Add("subnets", &options_.pools, "list of subnets", "pools");
    settings_.AddChoice("store", &options_.store, {"sqlite", "consul"}, "where state lives");
  }

  Result<CommandLine> Load(std::vector<const char*> argv,
                           std::vector<std::pair<std::string, std::string>> environment = {},
                           const std::string& file = "") {
    std::filesystem::remove(path_);
    if (!file.empty()) std::ofstream(path_) << file;
    argv.insert(argv.begin(), "edm-master");
    return LoadSettings(settings_,
                        {argv, std::move(environment), path_.string(), {"join"}, {"--token-file"}});
  }

  Options options_;
  Settings settings_{"EDM_MASTER_"};
  const TemporaryFolder folder_;
  const std::filesystem::path path_ = std::filesystem::path(folder_.path()) / "config_test.yaml";
};

TEST_F(ConfigTest, FlagsWinOverTheEnvironmentWhichWinsOverTheFile) {
  const auto loaded = Load({"--grpc-listen=1.1.1.1:1"},
                           {{"EDM_MASTER_GRPC_LISTEN", "2.2.2.2:2"}, {"EDM_MASTER_RELEASES_KEPT", "7"}},
                           "grpc: {listen: '3.3.3.3:3'}\nreleases: {kept: 9}\nbeat_interval: 2s\n");
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.error());
  EXPECT_EQ(options_.listen, "1.1.1.1:1");
  EXPECT_EQ(options_.releases, 7U);
  EXPECT_EQ(options_.beat, Millis(2000));
  EXPECT_NE(ShowSettings(settings_).find("config_test.yaml:3:1"), std::string::npos);
}

TEST_F(ConfigTest, EachDoorNamesTheNearestKnownSetting) {
  const auto flag = Load({"--grpc-lisen", "x"});
  EXPECT_EQ(ToString(flag.error()), "--grpc-lisen: there is no such setting (did you mean --grpc-listen?)");
  const auto variable = Load({}, {{"EDM_MASTER_STOER", "x"}});
  EXPECT_EQ(ToString(variable.error()),
            "EDM_MASTER_STOER: there is no such setting (did you mean EDM_MASTER_STORE?)");
  const auto key = Load({}, {}, "grpc:\n  lisen: x\n");
  EXPECT_NE(
      ToString(key.error()).find(":2:3 grpc.lisen: there is no such setting (did you mean grpc.listen?)"),
      std::string::npos)
      << ToString(key.error());
}

TEST_F(ConfigTest, ListsMapsSizesAndSwitchesAreRead) {
  const auto loaded = Load({"--reflection", "--upload-bytes-max", "2GiB"}, {},
                           "labels: {zone: a, disk: ssd}\nsubnets: [10.1.0.0/16, 10.2.0.0/16]\n");
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.error());
  EXPECT_EQ(options_.labels, (std::map<std::string, std::string>{{"disk", "ssd"}, {"zone", "a"}}));
  EXPECT_EQ(options_.pools, (std::vector<std::string>{"10.1.0.0/16", "10.2.0.0/16"}));
  EXPECT_TRUE(options_.reflection);
  EXPECT_EQ(options_.upload, std::uint64_t{2} << 30U);
}

TEST_F(ConfigTest, WrongValuesSayWhatWouldFit) {
  EXPECT_FALSE(Load({"--store", "etcd"}).ok());
  EXPECT_FALSE(Load({"--releases-kept", "-1"}).ok());
  EXPECT_FALSE(Load({"--upload-bytes-max", "99999999TiB"}).ok());
  EXPECT_FALSE(Load({"--beat-interval"}).ok());
  EXPECT_FALSE(Load({}, {}, "store: [a]\nstore: b\n").ok());
  EXPECT_FALSE(Load({"--config", "/does/not/exist"}).ok());
  EXPECT_EQ(Load({"--store", "etcd"}).error().hint, "give sqlite or consul");
}

TEST_F(ConfigTest, CommandsAndExtraFlagsPassThrough) {
  const auto loaded = Load({"join", "--token-file", "-", "--check-config"});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->command, "join");
  EXPECT_TRUE(loaded->check_config);
  EXPECT_EQ(loaded->extras, (std::vector<std::pair<std::string, std::string>>{{"--token-file", "-"}}));
  EXPECT_FALSE(Load({"jion"}).ok());
}

}  // namespace
}  // namespace edm
