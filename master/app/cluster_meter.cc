#include "master/app/cluster_meter.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "master/app/in_seconds.h"
#include "master/app/words.h"

namespace edm::master {
namespace {

// Names of steps come from workers too: a label holds none but these.
constexpr std::array<std::string_view, 7> kSteps{"source", "place", "policy", "build",
                                                 "start",  "stop",  "delete"};

std::string_view KnownStep(std::string_view name) {
  return std::ranges::find(kSteps, name) != kSteps.end() ? name : "other";
}

}  // namespace

void ClusterMeter::Count(const Decision& decision) {
  for (const auto& note : decision.notes) {
    if (const auto* ended = std::get_if<Operation>(&note.what)) Count(*ended);
    if (const auto* step = std::get_if<Step>(&note.what)) Count(*step);
  }
  for (const auto& effect : decision.effects) {
    const auto* send = std::get_if<SendOrder>(&effect);
    if (send != nullptr && send->after_cursor == 0) ++orders_;
  }
  for (const auto& event : decision.events) {
    if (event.kind == "worker.lost") ++workers_lost_;
  }
}

void ClusterMeter::Count(const Operation& ended) {
  const auto took = ended.ended_at.value_or(ended.created_at) - ended.created_at;
  operations_.Observe(KindWord(ended.kind), StateWord(ended.state), InSeconds(took));
}

void ClusterMeter::Count(const Step& step) {
  const bool tried = step.state == StepState::kDone || step.state == StepState::kFailed;
  if (!tried || !step.started_at || !step.ended_at) return;
  steps_.Observe(KnownStep(step.name), step.state == StepState::kDone ? "done" : "failed",
                 InSeconds(*step.ended_at - *step.started_at));
}

void ClusterMeter::Expose(Exposition& to) const {
  operations_.Expose(to, {"edm_operation", "operations that ended", "kind", "outcome"});
  steps_.Expose(to, {"edm_operation_step", "steps of operations", "step", "outcome"});
  to.Counter("edm_orders_total", "orders to workers; one that is sent again counts again",
             static_cast<double>(orders_));
  to.Counter("edm_workers_lost_total", "times that a worker fell silent", static_cast<double>(workers_lost_));
}

}  // namespace edm::master
