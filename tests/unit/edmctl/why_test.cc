#include <gtest/gtest.h>

#include "edmctl/output/why_screen.h"

namespace edm::ctl {
namespace {

void Add(v1::Placement& placement, const char* worker, bool feasible, double score, const char* reason) {
  auto& one = *placement.add_candidates();
  one.set_worker(worker);
  one.set_feasible(feasible);
  one.set_score(score);
  one.add_reasons(reason);
}

// Runs on w1; w2 was less free, w3 closed.
WhyFacts Running() {
  WhyFacts facts;
  facts.instance.set_id("shop");
  auto& status = *facts.instance.mutable_status();
  status.set_desired(v1::InstanceStatus::RUNNING);
  status.set_phase(v1::Phase::RUNNING);
  status.set_health(v1::Health::HEALTHY);
  status.set_worker("w1");
  auto& placement = *status.mutable_placement();
  placement.set_worker("w1");
  placement.set_reason("load 0.10");
  placement.set_workers(3);
  placement.set_refusals("1 is cordoned");
  Add(placement, "w1", true, 0.9, "load 0.10");
  Add(placement, "w2", true, 0.5, "load 0.50");
  Add(placement, "w3", false, 0, "is cordoned");
  return facts;
}

v1::Operation Deploy(v1::Operation::State state) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.set_kind(v1::Operation::DEPLOY);
  operation.set_state(state);
  operation.set_actor("ann");
  return operation;
}

std::string Why(const WhyFacts& facts) { return RenderWhy({}, facts, WallTime(Millis(1'764'459'840'000))); }

TEST(Why, SaysOfEachWorkerWhyTheInstanceIsThereOrNot) {
  EXPECT_EQ(Why(Running()),
            "shop is running, healthy; wanted: running\n"
            "placed on w1 (0.900): load 0.10\n"
            "  not w2 (0.500): load 0.50\n"
            "  not w3: is cordoned (load 0.00)\n"
            "  of 3 workers then: 1 is cordoned\n");
}

TEST(Why, SaysFirstWhyItIsNotWell) {
  auto facts = Running();
  facts.instance.mutable_status()->set_health(v1::Health::UNHEALTHY);
  EXPECT_TRUE(
      Why(facts).starts_with("shop is running, unhealthy; wanted: running\n"
                             "not well: it runs, and is unhealthy\n"
                             "  next  edmctl logs shop\n"
                             "placed on w1"))
      << Why(facts);

  facts = Running();
  facts.operation = Deploy(v1::Operation::FAILED);
  facts.operation->mutable_failure()->set_object("shop/web");
  facts.operation->mutable_failure()->set_cause("not healthy in 60 s");
  EXPECT_TRUE(
      Why(facts).starts_with("shop is running, healthy; wanted: running\n"
                             "not well: its last deploy failed: shop/web not healthy in 60 s\n"
                             "op-1: deploy, failed, asked by ann\n"))
      << Why(facts);
}

TEST(Why, SaysForWhatItWaitsAndOfEachWorkerWhatItLacks) {
  WhyFacts facts;
  facts.instance.set_id("shop");
  facts.instance.mutable_status()->set_phase(v1::Phase::PENDING);
  facts.operation = Deploy(v1::Operation::RUNNING);
  auto& step = *facts.operation->add_steps();
  step.set_name("place");
  step.set_state(v1::Step::RUNNING);
  step.set_detail("waits: 2 workers: 1 lacks memory (1.2 GiB of 4.0 GiB free), 1 is cordoned");
  facts.now.emplace();
  facts.now->set_sentence("2 workers: 1 lacks memory (1.1 GiB of 4.0 GiB free), 1 is cordoned");
  Add(*facts.now->mutable_placement(), "w1", false, 0, "has 1100 MiB of memory free");
  Add(*facts.now->mutable_placement(), "w2", false, 0, "is cordoned");
  const auto text = Why(facts);
  EXPECT_TRUE(
      text.starts_with("shop is pending\n"
                       "not well: it waits: 2 workers: 1 lacks memory (1.2 GiB of 4.0 GiB free), "
                       "1 is cordoned\n"
                       "op-1: deploy, running, asked by ann\n"))
      << text;
  EXPECT_TRUE(
      text.ends_with("placed on no worker: 2 workers: 1 lacks memory (1.1 GiB of 4.0 GiB free), "
                     "1 is cordoned\n"
                     "  not w1: has 1100 MiB of memory free (load 0.00)\n"
                     "  not w2: is cordoned (load 0.00)\n"))
      << text;
}

TEST(Why, TellsOfWorkersThatCameLaterAndOfHowItDiffersFromItsPlan) {
  auto facts = Running();
  facts.operation = Deploy(v1::Operation::DONE);
  facts.operation->set_plan_difference(
      "planned on w2 (0.95), and it goes to w1 (0.90): w2 has 0.50 (load 0.50)");
  facts.now.emplace();
  Add(*facts.now->mutable_placement(), "w1", true, 0.9, "load 0.10");
  Add(*facts.now->mutable_placement(), "w4", false, 0, "does not hold its images");
  const auto text = Why(facts);
  EXPECT_NE(text.find("  not as planned: planned on w2 (0.95), and it goes to w1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  not w4: came later; now: does not hold its images (load 0.00)\n"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace edm::ctl
