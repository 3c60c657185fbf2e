#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/core/compose/trial_document.h"
#include "common/model/names.h"
#include "common/model/trial_name.h"
#include "tests/unit/common/compose/two_releases.h"

namespace edm::compose {
namespace {

using nlohmann::json;

TEST(TrialName, IsOneThatNoInstanceHas) {
  EXPECT_EQ(TrialOf("shop"), "shop_trial");
  EXPECT_EQ(InstanceOf(TrialOf("shop")), "shop");
  EXPECT_EQ(InstanceOf("shop"), "shop");
  EXPECT_TRUE(IsTrial("shop_trial"));
  EXPECT_FALSE(IsTrial("shop"));
  EXPECT_FALSE(CheckInstanceId(TrialOf("shop")).ok());
}

TEST(TrialPlan, WhatSharesNothingIsTriedAndAnUnchangedStoreLent) {
  const auto plan = PlanTrial(Setting{}.Pair());
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->why_not, "");
  EXPECT_EQ(plan->tried, std::vector<std::string>{"web"});
  EXPECT_EQ(plan->lent, (std::vector<Loan>{{"store", {{"default", {"store", "db"}}}}}));
  EXPECT_EQ(plan->networks, std::set<std::string>{"default"});
}

// Each row changes the setting; what it says is why there is no trial, "" that there is one.
TEST(TrialPlan, IsMadeOnlyWhereNothingIsWrittenTwice) {
  struct Row {
    const char* name;
    void (*change)(Setting&);
    const char* why_not;
    std::vector<std::string> tried = {"web"};
    std::size_t lent = 1;
  };
  const json kMount = {{"type", "volume"}, {"source", "data"}, {"target", "/d"}};
  static const auto mount = [](const char* source, bool read_only) {
    return json{{"type", "volume"}, {"source", source}, {"target", "/m"}, {"read_only", read_only}};
  };
  static const auto bind = [](const char* source, bool read_only) {
    return json{{"type", "bind"}, {"source", source}, {"target", "/b"}, {"read_only", read_only}};
  };
  const Row rows[] = {
      {"as it is", [](Setting&) {}, ""},
      {"another image of the store", [](Setting& s) { s.beside["store"].same_image = false; },
       "store writes to the volume data, and has changed"},
      {"another command", [](Setting& s) { s.store()["command"] = {"x"}; },
       "store writes to the volume data, and has changed"},
      {"another file of the store", [](Setting& s) { s.same_files.clear(); },
       "store writes to the volume data, and has changed"},
      {"the store is down", [](Setting& s) { s.beside["store"].runs = false; },
       "store writes to the volume data, and does not run"},
      {"a new service on the volume", [](Setting& s) { s.running["services"].erase("store"); },
       "store writes to the volume data, and is new"},
      {"a one-shot on the volume that is done",
       [](Setting& s) { s.beside["store"] = {.ended_well = true, .same_image = true}; },
       "",
       {"web"},
       0},
      {"another name of the volume's release",
       [](Setting& s) { s.running["volumes"].erase("data"); },
       "",
       {"store", "web"},
       0},
      {"web only reads the volume", [](Setting& s) { s.web()["volumes"] = {mount("data", true)}; }, ""},
      {"web writes to the volume", [](Setting& s) { s.web()["volumes"] = {mount("data", false)}; },
       "web writes to the volume data, and has changed"},
      {"web writes to a folder of the machine",
       [](Setting& s) { s.web()["volumes"] = {bind("/srv", false)}; }, "web writes to /srv, and has changed"},
      {"web reads a folder of the machine", [](Setting& s) { s.web()["volumes"] = {bind("/srv", true)}; },
       ""},
      {"web writes to its checkout",
       [](Setting& s) { s.web()["volumes"] = {bind("/d/shop/r2/checkout/x", false)}; }, ""},
      {"web says stop-first",
       [](Setting& s) {
         s.web()["deploy"] = {{"update_config", {{"order", "stop-first"}}}};
       },
       "web says stop-first, and has changed"},
      {"web says start-first",
       [](Setting& s) {
         s.web()["deploy"] = {{"update_config", {{"order", "start-first"}}}};
       },
       ""},
      {"web joins another's network", [](Setting& s) { s.web()["network_mode"] = "service:store"; },
       "web has network_mode: service:store, which cannot be had twice"},
      {"a fixed address",
       [](Setting& s) {
         s.web()["networks"] = {{"default", {{"ipv4_address", "10.0.0.9"}}}};
       },
       "web has ipv4_address in network default, which cannot be had twice"},
      {"an external network",
       [](Setting& s) {
         s.wanted["networks"]["default"] = {{"name", "x"}, {"external", true}};
       },
       "network default is not the instance's own"},
      {"an external volume",
       [](Setting& s) {
         s.web()["volumes"] = {mount("e", false)};
         s.wanted["volumes"]["e"] = {{"name", "e"}, {"external", true}};
       },
       "the volume e may be used elsewhere"},
      {"links", [](Setting& s) { s.web()["links"] = {"store"}; }, "web has links, which cannot be had twice"},
      {"volumes_from", [](Setting& s) { s.web()["volumes_from"] = {"store"}; },
       "web has volumes_from, which cannot be had twice"},
      {"the store needs web",
       [](Setting& s) {
         s.web().erase("depends_on");
         for (auto* r : {&s.wanted, &s.running})
           (*r)["services"]["store"]["depends_on"] = {{"web", {{"condition", "service_started"}}}};
       },
       "",
       {"web"},
       0},
      {"only the store",
       [](Setting& s) { s.wanted["services"].erase("web"); },
       "each service uses what the running one uses",
       {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Setting setting;
    row.change(setting);
    const auto plan = PlanTrial(setting.Pair());
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->why_not, row.why_not);
    if (*row.why_not != '\0') continue;
    EXPECT_EQ(plan->tried, row.tried);
    EXPECT_EQ(plan->lent.size(), row.lent);
  }
}

json DocumentFor(Setting setting) {
  const auto question = setting.Pair();
  const auto document = DocumentOf(*PlanTrial(question), question, "shop", {{"default", "10.201.9.0/24"}});
  EXPECT_TRUE(document.ok());
  return document.ok() ? json::parse(document->json) : json();
}

TEST(TrialDocument, IsAProjectOfItsOwnWithoutPorts) {
  const auto document = DocumentFor({});
  EXPECT_EQ(document["name"], "shop_trial");
  ASSERT_EQ(document["services"].size(), 1u);
  const auto& web = document["services"]["web"];
  EXPECT_EQ(web["container_name"], "shop_trial.web.1");
  EXPECT_EQ(web["image"], "edm/shop/web:r2");
  EXPECT_EQ(web["labels"]["dev.edm.instance"], "shop_trial");
  EXPECT_EQ(web["labels"]["dev.edm.release"], "2");
  EXPECT_FALSE(web.contains("ports"));
  EXPECT_FALSE(web.contains("depends_on")) << "who is lent runs already";
  EXPECT_EQ(web["restart"], "unless-stopped");
  EXPECT_EQ(document["volumes"], json::object());
  const auto& network = document["networks"]["default"];
  EXPECT_EQ(network["ipam"]["config"][0]["subnet"], "10.201.9.0/24");
  EXPECT_EQ(network["labels"]["dev.edm.instance"], "shop_trial");
  // A lent container's own networks come first.
  EXPECT_GT(network["name"].get<std::string>(), "shop_default");
}

TEST(TrialDocument, ReadsTheVolumesOfTheRunningReleaseAndHasItsOwn) {
  Setting setting;
  setting.web()["volumes"] = {{{"type", "volume"}, {"source", "data"}, {"target", "/d"}, {"read_only", true}},
                              {{"type", "volume"}, {"source", "new"}, {"target", "/n"}}};
  setting.wanted["volumes"]["new"] = {{"name", "shop_new"}, {"labels", {{"dev.edm.instance", "shop"}}}};
  const auto volumes = DocumentFor(setting)["volumes"];
  EXPECT_EQ(volumes["data"], (json{{"name", "shop_data"}, {"external", true}}));
  EXPECT_EQ(volumes["new"]["name"], "shop.trial.new");
  EXPECT_EQ(volumes["new"]["labels"]["dev.edm.instance"], "shop_trial");
}

}  // namespace
}  // namespace edm::compose
