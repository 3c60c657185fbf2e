#pragma once

#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "worker/adapters/runner/surroundings.h"
#include "worker/core/records.h"

namespace edm::worker {

// One attempt while an effect of it is performed. Owned by the task that performs it; Emit and Log may be
// called from threads of that effect as well.
struct Job {
  const Surroundings& around;
  const RunnerSettings& settings;
  AttemptRecord attempt;
  Holding holding;
  std::stop_token stop;
  std::shared_ptr<const Workload> workload;  // once judged in this process
  bool final_is_new = true;                 // the final compose file may differ from what the containers have
  std::set<std::string> mirrors_of_others;  // templates that other instances use
  std::string detail;                       // of the step, for people
  bool is_owed = false;                     // the effect has failed and is done again with the next tick

  const std::string& instance() const { return holding.instance; }
  std::uint32_t release() const { return attempt.order.release; }
  AttemptKey key() const { return {holding.instance, attempt.order.attempt}; }

  void Emit(decltype(AttemptEvent::what) what) const;
  void Log(const std::string& service, std::string_view text) const;
  void Warn(const std::string& text) const;
  // Emits the phase if it is a step forward.
  void Reach(Phase phase);
};

}  // namespace edm::worker
