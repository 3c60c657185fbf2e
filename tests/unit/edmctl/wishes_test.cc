#include "edmctl/commands/wishes.h"

#include <gtest/gtest.h>

#include "edmctl/output/placement.h"

namespace edm::ctl {
namespace {

Arguments Given(const std::map<std::string, std::vector<std::string>>& values) {
  Arguments args;
  for (const auto& [name, all] : values) args.Set(name, all);
  return args;
}

TEST(Wishes, AreLaidOverWhatIsThere) {
  v1::InstanceSpec spec;
  spec.set_memory_mib(100);
  (*spec.mutable_worker_labels())["zone"] = "south";
  spec.mutable_requirements()->set_gpus(1);
  const auto args = Given({{"memory", {"2GiB"}},
                           {"cpus", {"0.5"}},
                           {"disk", {"512"}},
                           {"label", {"zone=north", "tier=one"}},
                           {"near", {"disk=ssd:80", "rack=r1"}},
                           {"port", {"8080"}},
                           {"apart-from", {"db"}},
                           {"singleton", {""}},
                           {"strategy", {"Binpack"}}});
  EXPECT_TRUE(HasWishes(args));
  ASSERT_TRUE(ApplyWishes(args, spec).ok());
  EXPECT_EQ(RenderWishes({}, spec),
            "memory      2.0 GiB\n"
            "cpus        0.5\n"
            "disk        512.0 MiB\n"
            "gpus        1\n"
            "labels      tier=one, zone=north\n"
            "ports       8080\n"
            "apart from  db\n"
            "singleton   yes\n"
            "near        disk=ssd:80, rack=r1:50\n"
            "strategy    binpack\n");
  ASSERT_TRUE(ApplyWishes(Given({{"clear", {"labels", "near", "gpus", "memory"}}}), spec).ok());
  EXPECT_TRUE(spec.worker_labels().empty());
  EXPECT_EQ(spec.requirements().gpus(), 0U);
  EXPECT_EQ(spec.memory_mib(), 0U);
}

TEST(Wishes, ThatMakeNoSenseAreRefused) {
  const std::pair<const char*, const char*> bad[] = {
      {"memory", "much"}, {"memory", "2GB!"},     {"disk", "-1"},   {"cpus", "half"},
      {"gpus", "x"},      {"label", "zone"},      {"label", "=x"},  {"near", "disk=ssd:x"},
      {"port", "80;rm"},  {"strategy", "random"}, {"clear", "all"}, {"near", "disk"},
      {"memory", ""},     {"cpus", "0.5 core"}};
  for (const auto& [name, text] : bad) {
    v1::InstanceSpec spec;
    EXPECT_FALSE(ApplyWishes(Given({{name, {text}}}), spec).ok()) << name << " " << text;
  }
}

TEST(Plan, ShowsEachWorkerTheBestFirst) {
  v1::PlacementPlan plan;
  plan.set_revision("00ff.870000000.w2");
  plan.set_is_new(true);
  auto& placement = *plan.mutable_placement();
  placement.set_worker("w2");
  placement.set_reason("load 0.10");
  const auto add = [&](const char* worker, bool feasible, double score, const char* reason) {
    auto& one = *placement.add_candidates();
    one.set_worker(worker);
    one.set_feasible(feasible);
    one.set_score(score);
    one.add_reasons(reason);
  };
  add("w1", false, 0, "is cordoned");
  add("w3", true, 0.5, "load 0.50");
  add("w2", true, 0.9, "load 0.10");
  EXPECT_EQ(RenderPlan({}, "shop", plan),
            "shop (new) would go to w2: load 0.10\n"
            "WORKER  SCORE  WHY\n"
            "w2      0.900  load 0.10\n"
            "w3      0.500  load 0.50\n"
            "w1      -      no: is cordoned\n"
            "revision 00ff.870000000.w2\n");
  plan.mutable_placement()->clear_worker();
  plan.set_sentence("1 worker: 1 is cordoned");
  EXPECT_EQ(RenderPlan({}, "shop", plan).substr(0, 48), "shop (new) would wait: 1 worker: 1 is cordoned\nW");
}

TEST(Plan, ShowsEachMember) {
  v1::PlacementPlan plan;
  plan.set_revision("00ff.870000000.w2+00fe.0.-");
  for (const std::string id : {"shop_1", "shop_2"}) {
    auto& member = *plan.add_members();
    member.set_id(id);
    member.set_is_new(id == "shop_2");
  }
  auto& placement = *plan.mutable_members(0)->mutable_placement();
  placement.set_worker("w2");
  placement.set_reason("load 0.10");
  auto& candidate = *placement.add_candidates();
  candidate.set_worker("w2");
  candidate.set_feasible(true);
  candidate.set_score(0.9);
  candidate.add_reasons("load 0.10");
  plan.mutable_members(1)->set_sentence("1 worker: 1 has one of its project already");
  EXPECT_EQ(RenderPlan({}, "shop", plan),
            "shop_1 would go to w2: load 0.10\n"
            "WORKER  SCORE  WHY\n"
            "w2      0.900  load 0.10\n"
            "\n"
            "shop_2 (new) would wait: 1 worker: 1 has one of its project already\n"
            "\n"
            "revision 00ff.870000000.w2+00fe.0.-\n");
}

}  // namespace
}  // namespace edm::ctl
