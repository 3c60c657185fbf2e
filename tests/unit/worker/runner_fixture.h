#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_container_runtime.h"
#include "tests/fakes/fake_readiness_probe.h"
#include "tests/fakes/manual_executor.h"
#include "tests/fakes/worker/fake_address_reserver.h"
#include "tests/fakes/worker/fake_directory.h"
#include "tests/fakes/worker/fake_disk_room.h"
#include "tests/fakes/worker/fake_image_exchange.h"
#include "tests/fakes/worker/fake_source_store.h"
#include "tests/fakes/worker/fake_workload_reader.h"
#include "tests/fakes/worker/memory_event_log.h"
#include "tests/fakes/worker/memory_journal.h"
#include "tests/fakes/worker/memory_release_files.h"
#include "worker/adapters/runner/attempt_runner.h"

namespace edm::worker {

// A worker whose machine, engine and disk are fakes that outlive its process.
class RunnerFixture : public ::testing::Test {
 protected:
  RunnerFixture() { Begin(); }

  // As after a start of the worker: what was under way is only in the journal now.
  void Begin() {
    runner_.reset();
    executor_.emplace();
    view_ = std::make_unique<EngineView>(runtime_);
    runner_ = std::make_unique<AttemptRunner>(
        Surroundings{runtime_, readiness_, sources_, workloads_, files_, addresses_, directory_, journal_,
                     events_, clock_, *executor_, *executor_, nullptr, &room_, &exchange_},
        RunnerSettings{.public_address = "10.0.0.12", .fence = {heard_, Millis(10'000)}}, *view_);
    EXPECT_TRUE(runner_->Load().ok());
    runner_->Resume();
  }

  Order Deploy(std::uint32_t attempt, std::uint32_t release, std::uint32_t good = 0) const {
    return {.epoch = 1,
            .instance = "shop",
            .attempt = attempt,
            .operation = "op-" + std::to_string(attempt),
            .target = Target::kRunning,
            .owner = "ann",
            .project = "shop",
            .release = release,
            .build = true,
            .source = RepoAccess{.url = "http://git/shop.git", .commit = std::string(40, 'a')},
            .good_release = good,
            .kept_releases = {release, good}};
  }
  Order Reach(std::uint32_t attempt, Target target, std::uint32_t release = 0) const {
    auto order = Deploy(attempt, release);
    order.kept_releases = {1, 2, 3, 4, 5};
    order.target = target;
    order.build = false;
    order.source.reset();
    return order;
  }

  // Carries an order to its end.
  AttemptEnd Run(const Order& order) {
    const auto status = runner_->Assign(order);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : ToString(status.error()));
    executor_->RunAll();
    return EndOf(order.attempt);
  }

  std::vector<AttemptEvent> Events(std::uint32_t attempt) {
    return events_.Read({"shop", attempt}, 0, 10'000).value();
  }
  bool HasEnded(std::uint32_t attempt) { return FindEnd(attempt).has_value(); }
  AttemptEnd EndOf(std::uint32_t attempt) {
    const auto end = FindEnd(attempt);
    EXPECT_TRUE(end.has_value()) << "attempt " << attempt << " has not ended";
    return end.value_or(AttemptEnd{});
  }
  std::optional<AttemptEnd> FindEnd(std::uint32_t attempt) {
    for (const auto& event : Events(attempt)) {
      if (const auto* end = std::get_if<AttemptEnd>(&event.what)) return *end;
    }
    return std::nullopt;
  }

  std::vector<ContainerFacts> Containers() { return runtime_.Containers("shop").value(); }
  std::vector<ContainerFacts> Tried() { return runtime_.Containers("shop_trial").value(); }
  std::uint32_t RunningRelease() {
    for (const auto& facts : Containers()) {
      if (facts.service == "web" && facts.state == ContainerState::kRunning) return facts.release;
    }
    return 0;
  }

  FakeClock clock_;
  std::optional<SteadyTime> heard_ = clock_.Steady();  // a master, before this process began
  FakeContainerRuntime runtime_;
  FakeReadinessProbe readiness_;
  FakeSourceStore sources_;
  FakeWorkloadReader workloads_;
  MemoryReleaseFiles files_;
  FakeAddressReserver addresses_;
  FakeDirectory directory_;
  FakeDiskRoom room_;
  FakeImageExchange exchange_{runtime_};
  MemoryJournal journal_;
  MemoryEventLog events_;
  std::optional<ManualExecutor> executor_;
  std::unique_ptr<EngineView> view_;
  std::unique_ptr<AttemptRunner> runner_;
};

}  // namespace edm::worker
