#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/edmctl/fake_master.h"
#include "tests/unit/edmctl/run_edmctl.h"

namespace edm::ctl {
namespace {

using testing::HasSubstr;

class Verbs : public testing::Test {
 protected:
  Verbs() {
    auto& shop = master_.instances["shop"];
    shop.set_id("shop");
    shop.set_owner("team");
    shop.mutable_status()->set_phase(v1::Phase::RUNNING);
    shop.mutable_status()->set_health(v1::Health::HEALTHY);
    shop.mutable_status()->set_release(4);
    auto* endpoint = shop.mutable_status()->add_endpoints();
    endpoint->set_service("web");
    endpoint->set_url("http://10.0.0.12:30081");
    master_.events = GoodDeployment();
  }

  Ran Run(std::vector<std::string> words, RunSpec spec = {}) {
    spec.words = std::move(words);
    spec.environment["EDM_MASTER"] = master_.address();
    spec.environment["EDM_TOKEN"] = "secret";
    if (spec.directory == "/") spec.directory = home_.path();
    return RunEdmctl(home_, spec);
  }

  Home home_;
  FakeMaster master_;
};

TEST_F(Verbs, LsShowsATableAndIdsAloneWhenQuiet) {
  EXPECT_THAT(Run({"ls"}).out, HasSubstr("shop  running, healthy  http://10.0.0.12:30081  4"));
  EXPECT_EQ(Run({"ls", "--quiet"}).out, "shop\n");
}

TEST_F(Verbs, ShowOfWhatIsNotThereIs3) {
  const auto ran = Run({"show", "nobody"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.err, "error: instance nobody does not exist\n  next   edmctl ls\n");
}

TEST_F(Verbs, FailuresAreJsonToo) {
  const auto ran = Run({"show", "nobody", "--json"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.err,
            "{\"code\":\"NOT_FOUND\",\"object\":\"instance nobody\",\"cause\":\"does not exist\","
            "\"evidence\":[],\"hint\":\"edmctl ls\"}\n");
}

TEST_F(Verbs, BadNamesNeverReachTheMaster) {
  for (const auto* name : {"../x", "-x;y", "Shop", "a b"})
    EXPECT_EQ(Run({"show", "--", name}).code, 2) << name;
  EXPECT_TRUE(master_.asked().empty());
}

TEST_F(Verbs, UrlIsOnALineOfItsOwn) { EXPECT_EQ(Run({"url", "shop"}).out, "http://10.0.0.12:30081\n"); }

TEST_F(Verbs, DeleteAsksNobodyWithoutATerminal) {
  const auto ran = Run({"delete", "shop"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("edmctl delete shop --yes"));
  EXPECT_TRUE(master_.asked().empty());
}

TEST_F(Verbs, DeleteWithYesDoesIt) {
  EXPECT_EQ(Run({"delete", "shop", "--yes", "--keep-volumes"}).code, 0);
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"keep_volumes\":true"));
}

TEST_F(Verbs, AWorkerIsShownWithItsEngine) {
  EXPECT_THAT(Run({"worker", "show", "w1"}).out,
              HasSubstr("20.10.24, API 1.41, compose not found, storage overlay2, cgroup v2"));
}

TEST_F(Verbs, MoveSaysWhereToAndWhatIsGivenUp) {
  EXPECT_EQ(Run({"move", "shop", "--to", "w2", "--give-up-data", "--detach"}).code, 0);
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"worker\":\"w2\""));
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"give_up_data\":true"));
}

TEST_F(Verbs, ScaleSaysHowManyMembers) {
  EXPECT_EQ(Run({"scale", "shop", "3", "--detach"}).code, 0);
  EXPECT_THAT(master_.asked()[0], HasSubstr("ScaleInstance"));
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"replicas\":3"));
  for (const auto* members : {"x", "-1", "3.5"})
    EXPECT_EQ(Run({"scale", "shop", members}).code, 2) << members;
}

TEST_F(Verbs, ShowListsMembers) {
  auto& status = *master_.instances["shop"].mutable_status();
  for (const std::uint32_t ordinal : {1U, 2U}) {
    auto& member = *status.add_members();
    member.set_id("shop_" + std::to_string(ordinal));
    member.set_phase(ordinal == 1 ? v1::Phase::RUNNING : v1::Phase::LOST);
    member.set_health(ordinal == 1 ? v1::Health::HEALTHY : v1::Health::UNKNOWN);
    member.set_release(4);
    member.set_worker("w" + std::to_string(ordinal));
  }
  const auto out = Run({"show", "shop"}).out;
  EXPECT_THAT(out, HasSubstr("shop_1: running, healthy, release 4, on w1"));
  EXPECT_THAT(out, HasSubstr("shop_2: lost, release 4, on w2"));
}

TEST_F(Verbs, AWorkerIsLabelled) {
  EXPECT_EQ(Run({"worker", "label", "w1", "zone=a", "disk-"}).code, 0);
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"labels\":{\"zone\":\"a\"}"));
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"remove_labels\":[\"disk\"]"));
  for (const auto* label : {"zone", "=a"}) EXPECT_EQ(Run({"worker", "label", "w1", label}).code, 2) << label;
}

TEST_F(Verbs, DrainSaysWhatKeepsDataAndMovesItOnlyWhenToldTo) {
  master_.instances["shop"].mutable_status()->set_keeps_data(true);
  const auto asked = Run({"worker", "drain", "w1"});
  EXPECT_NE(asked.code, 0);
  EXPECT_THAT(asked.err, HasSubstr("(shop) keep data there"));
  for (const auto& one : master_.asked()) EXPECT_THAT(one, testing::Not(HasSubstr("MoveInstance"))) << one;
  EXPECT_EQ(Run({"worker", "drain", "w1", "--force"}).code, 0);
  EXPECT_THAT(master_.asked(), testing::Contains(HasSubstr("MoveInstance {\"id\":\"shop\"")));
}

TEST_F(Verbs, DrainDeletesAMemberOfWhichEachWorkerHasOneOnlyWhenToldTo) {
  auto& member = master_.instances["agent_1"];
  member.set_id("agent_1");
  member.set_member_of("agent");
  member.mutable_status()->set_keeps_data(true);
  master_.instances["agent"].set_id("agent");
  master_.instances["agent"].mutable_spec()->set_on_each_worker(true);
  master_.instances["agent"].mutable_status()->set_worker("none");
  master_.instances["shop"].mutable_status()->set_worker("w2");
  const auto asked = Run({"worker", "drain", "w1"});
  EXPECT_NE(asked.code, 0);
  EXPECT_THAT(asked.err, HasSubstr("(agent_1) with data go only when deleted"));
  for (const auto& one : master_.asked()) EXPECT_THAT(one, testing::Not(HasSubstr("DeleteInstance"))) << one;
  EXPECT_EQ(Run({"worker", "drain", "w1", "--force"}).code, 0);
  EXPECT_THAT(master_.asked(), testing::Contains(HasSubstr("DeleteInstance {\"id\":\"agent_1\"")));
}

TEST_F(Verbs, EveryOrderCarriesARequestId) {
  EXPECT_EQ(Run({"stop", "shop"}).code, 0);
  EXPECT_THAT(master_.asked()[0], testing::ContainsRegex("\"request_id\":\"[0-9a-f]{24}\""));
}

TEST_F(Verbs, LogsPutTheServiceInFront) {
  for (const auto* service : {"web", "db"}) {
    auto& line = master_.log_lines.emplace_back();
    line.set_service(service);
    line.set_text("hello");
  }
  EXPECT_EQ(Run({"logs", "shop"}).out, "web | hello\ndb  | hello\n");
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"follow\":false"));
}

TEST_F(Verbs, LogsPutTheMemberInFront) {
  for (const auto* member : {"shop_1", "shop_2"}) {
    auto& line = master_.log_lines.emplace_back();
    line.set_member(member);
    line.set_service("web");
    line.set_text("hello");
  }
  EXPECT_EQ(Run({"logs", "shop"}).out, "shop_1/web | hello\nshop_2/web | hello\n");
  EXPECT_EQ(Run({"logs", "shop", "web"}).out, "shop_1 | hello\nshop_2 | hello\n");
}

TEST_F(Verbs, ExecSendsInputAndEndsWithTheCommandsCode) {
  RunSpec spec;
  spec.input = "to the container\n";
  const auto ran = Run({"exec", "-i", "shop/web", "--", "cat", "-n"}, spec);
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "to the container\n");
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"argv\":[\"cat\",\"-n\"]"));
}

TEST_F(Verbs, TokenPrintsTheSecretAlone) {
  const auto ran = Run({"token", "create", "alice", "--lifetime", "30d"});
  EXPECT_EQ(ran.out, "made-up\n");
  EXPECT_THAT(master_.asked()[0], HasSubstr("\"lifetime\":\"2592000s\""));
}

TEST_F(Verbs, GitCredentialAnswersForItsMasterOnly) {
  RunSpec spec;
  spec.input = "protocol=http\nhost=127.0.0.1:8080\n\n";
  EXPECT_EQ(Run({"git-credential", "get"}, spec).out, "username=edm\npassword=secret\n");
  spec.input = "protocol=https\nhost=evil.example.org\n\n";
  EXPECT_EQ(Run({"git-credential", "get"}, spec).out, "");
}

TEST_F(Verbs, ContextsAreKeptForTheirOwnerAlone) {
  home_.Write("token", "secret\n");
  RunSpec spec;
  spec.words = {
      "context", "add", "team", "--master", master_.address(), "--token-file", home_.path() + "/token"};
  ASSERT_EQ(RunEdmctl(home_, spec).code, 0);
  spec.words = {"ls", "--quiet"};
  EXPECT_EQ(RunEdmctl(home_, spec).out, "shop\n");
  struct stat facts {};
  ASSERT_EQ(stat((home_.path() + "/.config/edm/contexts.yaml").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  chmod((home_.path() + "/.config/edm/contexts.yaml").c_str(), 0644);
  EXPECT_EQ(RunEdmctl(home_, spec).code, 4);
}

TEST_F(Verbs, AMasterElsewhereNeedsAPin) {
  const auto ran = Run({"context", "add", "far", "--master", "192.0.2.1"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--fingerprint"));
}

TEST_F(Verbs, InitWritesNothingOver) {
  home_.Write("x/Dockerfile", "FROM scratch\n");
  EXPECT_EQ(Run({"init", home_.path() + "/x"}).code, 0);
  EXPECT_EQ(Run({"init", home_.path() + "/x"}).code, 8);
}

TEST_F(Verbs, ValidateJudgesWithoutAMaster) {
  home_.Write("good/compose.yaml", "services:\n  web:\n    image: x\n    ports: [\"8000\"]\n");
  home_.Write("bad/compose.yaml", "services:\n  web:\n    image: x\n    privileged: true\n");
  const auto good = Run({"validate", home_.path() + "/good"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("compose.yaml: 1 service"));
  const auto bad = Run({"validate", home_.path() + "/bad"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, HasSubstr("compose.yaml:4"));
  EXPECT_EQ(Run({"validate", home_.path()}).code, 1);
  EXPECT_TRUE(master_.asked().empty());
}

TEST_F(Verbs, WaitEndsWhenTheInstanceRuns) { EXPECT_EQ(Run({"wait", "shop", "--timeout", "5s"}).code, 0); }

TEST_F(Verbs, WaitTimesOutWith6) {
  EXPECT_EQ(Run({"wait", "shop", "--for", "stopped", "--timeout", "100ms"}).code, 6);
}

TEST_F(Verbs, AnAwayMasterIs5) {
  RunSpec spec;
  spec.words = {"ls", "--master", "127.0.0.1:1"};
  const auto ran = RunEdmctl(home_, spec);
  EXPECT_EQ(ran.code, 5);
  EXPECT_THAT(ran.err, HasSubstr("error: master at 127.0.0.1:1 cannot be reached"));
}

}  // namespace
}  // namespace edm::ctl
