#pragma once

#include "tests/simulation/disk.h"
#include "tests/simulation/engine.h"
#include "tests/simulation/machine_clock.h"
#include "worker/ports/readiness_probe.h"
#include "worker/ports/source_store.h"
#include "worker/ports/workload.h"

namespace edm::simulation {

// Reads a folder as its commit says (recipe.h): one service, "web".
class Reader final : public worker::WorkloadReader {
 public:
  Reader(Agenda& agenda, Dice& dice, const Disk& disk) : agenda_(agenda), dice_(dice), disk_(disk) {}
  Result<std::shared_ptr<const worker::Workload>> Judge(const worker::JudgeRequest& request,
                                                        std::stop_token stop) override;

 private:
  Agenda& agenda_;
  Dice& dice_;
  const Disk& disk_;
};

// Ready after a while, unless its commit says never, or it falls over just then.
class Readiness final : public worker::ReadinessProbe {
 public:
  struct Parts {
    Agenda& agenda;
    Dice& dice;
    const Engine& engine;
    const Clock& clock;
    // It will not be ready when its time is over.
    std::function<void(const std::string& instance, Millis left)> on_hopeless;
  };
  explicit Readiness(Parts parts) : parts_(std::move(parts)) {}
  Result<worker::ReadyReport> AwaitReady(const worker::ReadyRequest& request, const LineSink& on_progress,
                                         std::stop_token stop) override;

 private:
  const Parts parts_;
};

// Fetches from where the masters serve their repos.
class Sources final : public worker::SourceStore {
 public:
  Sources(Agenda& agenda, Dice& dice, Disk& disk, std::function<bool()> is_reached)
      : agenda_(agenda), dice_(dice), disk_(disk), is_reached_(std::move(is_reached)) {}
  Status Checkout(const worker::CheckoutRequest& request, std::stop_token stop) override;
  Status DropMirror(const std::string&) override { return Ok(); }

 private:
  Agenda& agenda_;
  Dice& dice_;
  Disk& disk_;
  const std::function<bool()> is_reached_;
};

}  // namespace edm::simulation
