#include "common/core/compose/kept_services.h"

#include <gtest/gtest.h>

#include "common/core/compose/final_compose.h"
#include "tests/unit/common/compose/two_releases.h"

namespace edm::compose {
namespace {

using nlohmann::json;

// Each row changes the setting; what it says is whether the store runs on.
TEST(KeptServices, AreStoresOfWhichNothingHasChanged) {
  struct Row {
    const char* name;
    void (*change)(Setting&);
    bool kept = false;
  };
  static const auto both = [](Setting& s, auto change) {
    for (auto* release : {&s.wanted, &s.running}) change((*release)["services"]["store"]);
  };
  const Row rows[] = {
      {"as it is", [](Setting&) {}, true},
      {"another image", [](Setting& s) { s.beside["store"].same_image = false; }},
      {"another command", [](Setting& s) { s.store()["command"] = {"x"}; }},
      {"another file", [](Setting& s) { s.same_files.clear(); }},
      {"it does not run", [](Setting& s) { s.beside["store"].runs = false; }},
      {"it is unhealthy", [](Setting& s) { s.beside["store"].unhealthy = true; }},
      {"it is new", [](Setting& s) { s.running["services"].erase("store"); }},
      {"it is gone", [](Setting& s) { s.wanted["services"].erase("store"); }},
      {"it only reads",
       [](Setting& s) { both(s, [](json& one) { one["volumes"][0]["read_only"] = true; }); }},
      {"it has a port",
       [](Setting& s) {
         both(s, [](json& one) { one["ports"] = {{{"target", 1}, {"published", "20001"}}}; });
       }},
      {"it has a secret",
       [](Setting& s) { both(s, [](json& one) {
                          one["secrets"] = {{{"source", "x"}}};
                        }); }},
      {"it shares a namespace", [](Setting& s) { both(s, [](json& one) { one["ipc"] = "service:web"; }); }},
      {"it needs what is made anew",
       [](Setting& s) {
         both(s, [](json& one) { one["depends_on"] = {{"web", {{"condition", "service_started"}}}}; });
       }},
      {"another network", [](Setting& s) { s.wanted["networks"]["default"]["ipam"] = json::object(); }},
      {"another volume",
       [](Setting& s) {
         s.wanted["volumes"]["data"]["driver_opts"] = {{"a", "b"}};
       }},
      {"a network and a volume of others",
       [](Setting& s) { s.wanted["networks"]["more"] = s.wanted["volumes"]["more"] = json::object(); }, true},
      {"another order of updates",
       [](Setting& s) {
         s.store()["deploy"] = {{"update_config", {{"order", "stop-first"}}}};
         s.running["services"]["store"]["deploy"] = json::object();
       },
       true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Setting setting;
    row.change(setting);
    const auto kept = KeptServices(setting.Pair());
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ(*kept, row.kept ? MadeFor({{"store", 1}}) : MadeFor());
  }
}

TEST(KeptServices, AreOfTheReleaseThatTheyWereMadeFor) {
  Setting setting;
  setting.beside["store"].made_for = 7;
  EXPECT_EQ(*KeptServices(setting.Pair()), (MadeFor{{"store", 7}}));
}

TEST(KeptServices, AreWrittenAsTheirContainersWereMade) {
  const auto folder_of = [](std::uint32_t number) { return "/d/shop/r" + std::to_string(number); };
  auto wanted = Release(2);
  wanted["services"]["store"]["image"] = "edm/shop/store:r2";
  const auto written = WithKept(wanted.dump(), 2, {{"store", 1}, {"gone", 1}}, folder_of);
  ASSERT_TRUE(written.ok());
  auto expected = wanted;
  expected["services"]["store"] = Release(1)["services"]["store"];
  expected["services"]["store"]["image"] = "edm/shop/store:r1";
  EXPECT_EQ(json::parse(*written), expected);
}

TEST(Retagged, LeavesAnImageThatWasNotBuiltHere) {
  EXPECT_EQ(Retagged("postgres:r2", "shop", 2, 1), "postgres:r2");
  EXPECT_EQ(Retagged("edm/other/web:r2", "shop", 2, 1), "edm/other/web:r2");
  EXPECT_EQ(Retagged("edm/shop/web:r12", "shop", 2, 1), "edm/shop/web:r12");
  EXPECT_EQ(Retagged("edm/shop/web:r2", "shop", 2, 1), "edm/shop/web:r1");
}

}  // namespace
}  // namespace edm::compose
