#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/edmctl/fake_master.h"
#include "tests/unit/edmctl/golden.h"
#include "tests/unit/edmctl/run_edmctl.h"
#include "tests/unit/edmctl/screen.h"

namespace edm::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Deploying : public testing::Test {
 protected:
  Deploying() {
    home_.Write("shop/compose.yaml", "services:\n  web:\n    build: .\n    env_file: prod.env\n");
    home_.Write("shop/Dockerfile", "FROM scratch\n");
    home_.Write("shop/prod.env", "A=1\n");
    home_.Write("shop/.gitignore", "*.log\nprod.env\n");
    home_.Write("shop/noise.log", "noise\n");
    home_.Write("shop/.git/HEAD", "ref: refs/heads/main\n");
    master_.events = GoodDeployment();
  }

  Ran Run(std::vector<std::string> words, const std::string& directory = "shop", RunSpec spec = {}) {
    spec.words = std::move(words);
    spec.environment["EDM_MASTER"] = master_.address();
    spec.environment["EDM_TOKEN"] = "secret";
    spec.directory = home_.path() + "/" + directory;
    return RunEdmctl(home_, spec);
  }

  // Method names in order.
  std::vector<std::string> Asked() const {
    std::vector<std::string> names;
    for (const auto& one : master_.asked()) names.push_back(one.substr(0, one.find(' ')));
    return names;
  }

  Home home_;
  FakeMaster master_;
};

TEST_F(Deploying, ShowsTheStepsAndEndsWithTheUrl) {
  const auto ran = Run({"deploy"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  auto expected = Golden("deploy_plain.txt");
  expected.replace(expected.find("MASTER"), 6, master_.address());
  EXPECT_EQ(ran.out, expected);
  EXPECT_THAT(Asked(), testing::ElementsAre("GetInstance", "UploadSource", "WatchOperation"));
}

TEST_F(Deploying, NamesIgnoredFilesThatTheComposeFileNeeds) {
  const auto ran = Run({"deploy"});
  EXPECT_THAT(
      ran.err,
      HasSubstr("prod.env is left out by .gitignore, but compose.yaml needs it (services.web.env_file)"));
}

TEST_F(Deploying, SendsTheSameBytesForTheSameFiles) {
  EXPECT_EQ(Run({"deploy"}).code, 0);
  const auto first = master_.uploaded();
  home_.Write("shop/Dockerfile", "FROM scratch\n");  // a newer time
  EXPECT_EQ(Run({"deploy"}).code, 0);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, master_.uploaded());
}

TEST_F(Deploying, SaysThatTheReleaseBeforeStillServes) {
  master_.events = FailedDeployment();
  for (auto& event : master_.events) {
    if (event.has_ended()) event.mutable_ended()->set_still_serves(true);
  }
  EXPECT_THAT(Run({"deploy"}).err, HasSubstr("now    release 4 still serves http://10.0.0.12:30081\n"));
}

TEST_F(Deploying, EndsWith1AndTheWholeReasonWhenTheReleaseIsNotHealthy) {
  master_.events = FailedDeployment();
  const auto ran = Run({"deploy"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err.substr(ran.err.find("error:")), Golden("deploy_failed.txt"));
}

TEST_F(Deploying, RemembersWhichFolderIsWhichInstance) {
  EXPECT_EQ(Run({"deploy", "--id", "shop-eu"}).code, 0);
  EXPECT_EQ(Run({"deploy"}).code, 0);
  EXPECT_THAT(master_.asked()[4], HasSubstr("shop-eu"));
}

TEST_F(Deploying, RefusesASecondFolderOfTheSameNameWithBothWaysOut) {
  EXPECT_EQ(Run({"deploy"}).code, 0);
  home_.Write("other/shop/compose.yaml", "services: {}\n");
  const auto ran = Run({"deploy"}, "other/shop");
  EXPECT_EQ(ran.code, 8);
  EXPECT_THAT(ran.err, HasSubstr("was deployed from " + home_.path() + "/shop"));
  EXPECT_THAT(ran.err, HasSubstr("edmctl deploy --id shop-2"));
  EXPECT_THAT(ran.err, HasSubstr("edmctl deploy --id shop\n"));
  EXPECT_EQ(Asked().size(), 3U);  // nothing was asked for the second
}

TEST_F(Deploying, RefusesAnInstanceThatSomebodyElseMade) {
  master_.instances["shop"].set_id("shop");
  const auto ran = Run({"deploy"});
  EXPECT_EQ(ran.code, 8);
  EXPECT_THAT(ran.err, HasSubstr("is there already"));
  EXPECT_THAT(Asked(), testing::ElementsAre("GetInstance"));
}

TEST_F(Deploying, SetsVariablesBeforeTheUploadWithoutShowingThem) {
  master_.instances["shop"].set_id("shop");
  const auto ran = Run({"deploy", "--id", "shop", "-e", "KEY=hidden value"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(Asked(),
              testing::ElementsAre("GetInstance", "UpdateInstance", "UploadSource", "WatchOperation"));
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("hidden")));
}

TEST_F(Deploying, LetsTheOperationMakeTheInstanceSoThatItMayGoAgain) {
  auto ran = Run({"deploy", "-e", "KEY=hidden value"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(Asked(), testing::ElementsAre("GetInstance", "UploadSource", "WatchOperation"));
  EXPECT_THAT(master_.asked()[1], testing::AllOf(HasSubstr("\"create\":true"), HasSubstr("hidden value")));
  ran = Run({"deploy", "https://example.org/lib.git", "--owner", "ann", "-e", "KEY=v"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(master_.asked()[4], testing::AllOf(HasSubstr("DeployInstance"), HasSubstr("\"create\":true"),
                                                 HasSubstr("\"owner\":\"ann\""), HasSubstr("KEY")));
}

TEST_F(Deploying, AsksForMembersAsTypedElseAsTheFolderSays) {
  home_.Write("shop/edm.yaml", "replicas: 3\n");
  EXPECT_EQ(Run({"deploy"}).code, 0);
  EXPECT_THAT(master_.asked()[1], HasSubstr("\"replicas\":3"));
  EXPECT_EQ(Run({"deploy", "--replicas", "5", "--id", "other"}).code, 0);
  EXPECT_THAT(master_.asked()[4], HasSubstr("\"replicas\":5"));
  EXPECT_EQ(Run({"deploy", "--replicas", "0", "--id", "none"}).code, 2);
  EXPECT_EQ(Run({"deploy", "--on-each-worker", "--id", "each"}).code, 0);
  EXPECT_THAT(master_.asked()[7],
              testing::AllOf(HasSubstr("\"on_each_worker\":true"), HasSubstr("\"replicas\":0")));
}

TEST_F(Deploying, ChangesNoNumberOfMembers) {
  auto& shop = master_.instances["shop"];
  shop.set_id("shop");
  shop.mutable_spec()->set_replicas(2);
  const auto typed = Run({"deploy", "--id", "shop", "--replicas", "3"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("edmctl scale shop 3"));
  home_.Write("shop/edm.yaml", "replicas: 3\n");
  const auto said = Run({"deploy", "--id", "shop"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("edmctl scale shop 3"));
}

TEST_F(Deploying, GoesOnFromItsCursorWhenTheConnectionBreaks) {
  master_.watch_breaks_after = 3;
  const auto ran = Run({"deploy"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  auto expected = Golden("deploy_plain.txt");
  expected.replace(expected.find("MASTER"), 6, master_.address());
  EXPECT_EQ(ran.out, expected);
}

TEST_F(Deploying, LeavesTheOperationRunningAtCtrlC) {
  master_.pause_between_events = Millis(300);
  RunSpec spec;
  spec.interrupt_after_ms = 700;
  const auto ran = Run({"deploy"}, "shop", spec);
  EXPECT_EQ(ran.code, 7);
  EXPECT_THAT(ran.err, HasSubstr("edmctl op watch op-81d0"));
}

TEST_F(Deploying, DetachedSaysHowToWatchIt) {
  const auto ran = Run({"deploy", "--detach"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("edmctl op watch op-81d0"));
  EXPECT_THAT(Asked(), testing::ElementsAre("GetInstance", "UploadSource"));
}

TEST_F(Deploying, QuietPrintsTheUrlAlone) {
  EXPECT_EQ(Run({"deploy", "--quiet"}).out, "http://10.0.0.12:30081\n");
}

TEST_F(Deploying, JsonIsOneEventALine) {
  const auto ran = Run({"deploy", "--json"});
  EXPECT_THAT(ran.out, StartsWith("{\"cursor\":\"c1\""));
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), static_cast<std::ptrdiff_t>(master_.events.size()));
  EXPECT_THAT(ran.out, HasSubstr("\"restored_release\":0"));
}

TEST_F(Deploying, DrawsOverItsLinesOnATerminalAndKeepsWithin80Columns) {
  RunSpec spec;
  spec.terminal = true;
  spec.environment["TERM"] = "xterm";
  const auto ran = Run({"deploy"}, "shop", spec);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("\x1b[32m✓\x1b[0m build"));
  EXPECT_THAT(ran.out, HasSubstr("web | #5 RUN make"));
  EXPECT_THAT(ran.out, HasSubstr("\x1b[J"));
  Screen screen;
  screen.Write(ran.out);
  auto expected = Golden("deploy_terminal.txt");
  expected.replace(expected.find("MASTER"), 6, master_.address());
  EXPECT_EQ(screen.Text(), expected);
}

TEST_F(Deploying, IsPlainAsciiWhereTheLocaleIs) {
  RunSpec spec;
  spec.environment["LANG"] = "C";
  const auto ran = Run({"deploy"}, "shop", spec);
  EXPECT_TRUE(std::ranges::all_of(ran.out, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
      << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("  + source   a1c93fe"));
}

TEST_F(Deploying, NeedsATokenThatTheMasterKnows) {
  RunSpec spec;
  spec.words = {"ls"};
  spec.environment["EDM_MASTER"] = master_.address();
  spec.environment["EDM_TOKEN"] = "wrong";
  const auto ran = RunEdmctl(home_, spec);
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("error: the token is not known"));
}

TEST_F(Deploying, DryRunListsAndSendsNothing) {
  const auto ran = Run({"deploy", "--dry-run"});
  EXPECT_EQ(ran.out, ".gitignore\nDockerfile\ncompose.yaml\n");
  EXPECT_TRUE(master_.asked().empty());
}

}  // namespace
}  // namespace edm::ctl
