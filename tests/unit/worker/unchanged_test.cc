#include "worker/core/unchanged.h"

#include <gtest/gtest.h>

#include <functional>

namespace edm::worker {
namespace {

struct Facts {
  Order order{.target = Target::kRunning,
              .build = true,
              .source = RepoAccess{.commit = "a1"},
              .template_source = RepoAccess{.commit = "t1"},
              .template_name = "node",
              .holds_address = true};
  Holding holding{
      .running_release = 4,
      .address_published = true,
      .releases = {{4,
                    {.number = 4,
                     .template_name = "node",
                     .template_commit = "t1",
                     .commit = "a1",
                     .inputs = {{"base:1", "sha256:1"}},
                     .run = {.services = {{.service = "web"}, {.service = "job", .one_shot = true}}}}}}};
  std::vector<ContainerFacts> containers{{.release = 4,
                                          .service = "web",
                                          .state = ContainerState::kRunning,
                                          .health = ContainerHealth::kStarting},
                                         {.release = 4, .service = "job", .state = ContainerState::kExited}};
  std::map<std::string, std::string> inputs{{"base:1", "sha256:1"}};

  bool AreUnchanged() const {
    const auto* release = ReleaseToKeep(order, holding);
    return release != nullptr && AllRun(*release, containers) && SameInputs(*release, inputs);
  }
};

TEST(Unchanged, TheSameSourceThatRunsIsKept) {
  const Facts facts;
  ASSERT_TRUE(facts.AreUnchanged());
  EXPECT_EQ(ReleaseToKeep(facts.order, facts.holding)->number, 4u);
}

TEST(Unchanged, AnyDifferenceMakesItANewRelease) {
  struct Case {
    const char* what;
    std::function<void(Facts&)> change;
  };
  const Case cases[] = {
      {"another commit", [](Facts& f) { f.order.source->commit = "a2"; }},
      {"no source", [](Facts& f) { f.order.source.reset(); }},
      {"another commit of the template", [](Facts& f) { f.order.template_source->commit = "t2"; }},
      {"another template", [](Facts& f) { f.order.template_name = "static"; }},
      {"no template", [](Facts& f) { f.order.template_source.reset(), f.order.template_name.clear(); }},
      {"without the cache", [](Facts& f) { f.order.no_cache = true; }},
      {"only built", [](Facts& f) { f.order.target = Target::kBuilt; }},
      {"the address is not published here", [](Facts& f) { f.holding.address_published = false; }},
      {"the address is not known there", [](Facts& f) { f.order.holds_address = false; }},
      {"nothing runs", [](Facts& f) { f.holding.running_release = 0; }},
      {"another release runs", [](Facts& f) { f.holding.running_release = 3; }},
      {"what it was made from is not known", [](Facts& f) { f.holding.releases[4].commit.clear(); }},
      {"a service stopped", [](Facts& f) { f.containers[0].state = ContainerState::kExited; }},
      {"a service is unhealthy", [](Facts& f) { f.containers[0].health = ContainerHealth::kUnhealthy; }},
      {"a service restarts", [](Facts& f) { f.containers[0].state = ContainerState::kRestarting; }},
      {"a one-shot failed", [](Facts& f) { f.containers[1].exit_code = 1; }},
      {"a container is gone", [](Facts& f) { f.containers.pop_back(); }},
      {"a container of another release", [](Facts& f) { f.containers[1].release = 3; }},
      {"its base image was replaced", [](Facts& f) { f.inputs["base:1"] = "sha256:2"; }},
      {"its base image is gone", [](Facts& f) { f.inputs["base:1"].clear(); }},
      {"its base image was never known",
       [](Facts& f) { f.holding.releases[4].inputs["base:1"].clear(), f.inputs["base:1"].clear(); }},
  };
  for (const auto& one : cases) {
    Facts facts;
    one.change(facts);
    EXPECT_FALSE(facts.AreUnchanged()) << one.what;
  }
}

}  // namespace
}  // namespace edm::worker
