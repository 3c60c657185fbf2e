#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "edmctl/client/contexts.h"
#include "edmctl/dev/ports.h"
#include "edmctl/dev/process.h"
#include "edmctl/dev/record.h"
#include "edmctl/dev/supervisor.h"
#include "edmctl/os/files.h"
#include "tests/unit/edmctl/run_edmctl.h"

namespace edm::ctl {
namespace {

using testing::HasSubstr;

// HOME is a folder of the test; programs named edm-master and edm-worker stand in a folder of PATH.
class Dev : public testing::Test {
 protected:
  Dev() {
    std::filesystem::create_directories(home_.path() + "/bin");
    for (const auto* name : {"edm-master", "edm-worker", "edmctl"}) {
      const auto* program = std::string(name) == "edmctl" ? EDMCTL_PATH : FAKE_PROGRAM;
      std::filesystem::copy_file(program, home_.path() + "/bin/" + name);
    }
  }
  ~Dev() override { Run({"dev", "down"}); }

  Ran Run(std::vector<std::string> words) {
    RunSpec spec;
    spec.words = std::move(words);
    spec.program = home_.path() + "/bin/edmctl";
    spec.environment["EDM_DEV_HOME"] = home_.path() + "/dev";
    return RunEdmctl(home_, spec);
  }

  DevRecord Record() const { return LoadRecord(home_.path() + "/dev/dev/record.json")->value(); }

  Home home_;
};

TEST_F(Dev, ComesUpOnceAndGoesDownWithItsProcesses) {
  const auto up = Run({"dev", "up"});
  ASSERT_EQ(up.code, 0) << up.err;
  EXPECT_THAT(up.err, HasSubstr("a reboot ends it"));
  const auto contexts = LoadContexts(home_.path() + "/.config/edm/contexts.yaml");
  ASSERT_TRUE(contexts.ok());
  EXPECT_EQ(contexts->current, "dev");
  EXPECT_EQ(contexts->Find("dev")->token, "of-the-admin");
  const auto record = Record();
  const auto begun = std::chrono::steady_clock::now();
  const auto again = Run({"dev", "up"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("it is up already"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
  EXPECT_EQ(Record(), record);
  EXPECT_EQ(Run({"dev", "status"}).code, 0);
  EXPECT_EQ(Run({"dev", "down"}).code, 0);
  EXPECT_FALSE(IsAlive(record.master));
  EXPECT_FALSE(IsAlive(record.worker));
  EXPECT_NE(Run({"dev", "status"}).code, 0);
  EXPECT_THAT(Run({"dev", "logs"}).out, HasSubstr("edm-master begins"));
}

TEST_F(Dev, StartsOnlyWhatIsMissing) {
  ASSERT_EQ(Run({"dev", "up"}).code, 0);
  const auto before = Record();
  StopProcess(before.worker, Millis(1'000));
  ASSERT_EQ(Run({"dev", "up"}).code, 0);
  EXPECT_EQ(Record().master, before.master);
  EXPECT_NE(Record().worker, before.worker);
}

TEST_F(Dev, PurgeLeavesNothingOfIt) {
  ASSERT_EQ(Run({"dev", "up"}).code, 0);
  ASSERT_EQ(Run({"dev", "down", "--purge"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(home_.path() + "/dev"));
  EXPECT_FALSE(std::filesystem::exists(home_.path() + "/.config/edm"));
}

TEST_F(Dev, GivesTheCallerTheTokenInAFileOfItsOwn) {
  ASSERT_EQ(Run({"dev", "up"}).code, 0);
  const auto token = home_.path() + "/.config/edm/dev.token";
  EXPECT_EQ(ReadFile(token).value(), "of-the-admin\n");
  EXPECT_EQ(std::filesystem::status(token).permissions(), std::filesystem::perms(0600));
  EXPECT_THAT(Run({"dev", "status"}).out, HasSubstr(token));
  EXPECT_EQ(Run({"dev", "status", "--quiet"}).out, HttpUrl(Record().ports) + "\n");
}

TEST_F(Dev, PurgesNothingWhileTheWorkerHoldsInstances) {
  ASSERT_EQ(Run({"dev", "up"}).code, 0);
  std::filesystem::create_directories(home_.path() + "/dev/worker/instances/shop");
  const auto down = Run({"dev", "down", "--purge"});
  EXPECT_EQ(down.code, 1);
  EXPECT_THAT(down.err, HasSubstr("holds shop"));
  EXPECT_THAT(down.err, HasSubstr("edmctl delete shop"));
  EXPECT_TRUE(IsAlive(Record().master));
  std::filesystem::remove(home_.path() + "/dev/worker/instances/shop");
  EXPECT_EQ(Run({"dev", "down", "--purge"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(home_.path() + "/.config/edm"));
  EXPECT_FALSE(std::filesystem::exists(home_.path() + "/.local/state/edm"));
}

TEST_F(Dev, RemembersWhereInstancesAreReached) {
  ASSERT_EQ(Run({"dev", "up", "--public-address", "10.0.0.5"}).code, 0);
  ASSERT_EQ(Run({"dev", "down"}).code, 0);
  const auto again = Run({"dev", "up"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("instances at 10.0.0.5"));
  EXPECT_THAT(Run({"dev", "up", "--public-address", "10.0.0.6"}).err,
              HasSubstr("edmctl dev down and dev up"));
}

TEST_F(Dev, SaysWhyAProgramEnded) {
  std::filesystem::copy_file("/bin/false", home_.path() + "/bin/edm-master",
                             std::filesystem::copy_options::overwrite_existing);
  const auto up = Run({"dev", "up"});
  EXPECT_EQ(up.code, 1);
  EXPECT_THAT(up.err, HasSubstr("edm-master ended at once"));
}

TEST(Ports, AreMovedUpWhereTheyAreTaken) {
  std::vector<TakenPort> taken;
  const auto chosen = ChoosePorts(
      {}, [](std::uint16_t port) { return port != 8080 && port != 8800; }, taken);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->http, 8081);
  EXPECT_EQ(chosen->grpc, 8802);  // 8801 is wanted for the cluster
  EXPECT_EQ(taken.size(), 2U);
}

TEST(Ports, AreGivenUpAfterAHundred) {
  std::vector<TakenPort> taken;
  const auto chosen = ChoosePorts(
      {}, [](std::uint16_t) { return false; }, taken);
  ASSERT_FALSE(chosen.ok());
  EXPECT_EQ(chosen.error().code, Code::kResourceExhausted);
}

TEST(Ports, KnowTheListenerOfATable) {
  const auto* table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n"
      "   1: 0100007F:2260 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n";
  EXPECT_EQ(ListeningInode(table, 8080), 4711U);
  EXPECT_EQ(ListeningInode(table, 8800), 0U);  // a connection, not a listener
}

TEST(Processes, AreTheSameOnlyWithTheirStartTime) {
  auto mark = MarkOf(getpid());
  EXPECT_TRUE(IsAlive(mark));
  ++mark.started;
  EXPECT_FALSE(IsAlive(mark));
}

TEST(Units, QuoteWhatSystemdWouldExpand) {
  EXPECT_THAT(UnitText("worker", {"/opt/my edm/edm-worker", "--id", "50%$x"}, true),
              HasSubstr("ExecStart=\"/opt/my edm/edm-worker\" \"--id\" \"50%%$$x\"\n"));
}

}  // namespace
}  // namespace edm::ctl
