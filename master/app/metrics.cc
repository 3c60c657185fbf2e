#include "master/app/metrics.h"

#include <fmt/format.h>

#include <map>

#include "common/base/text.h"

namespace edm::master {
namespace {

std::string_view WorkerWord(WorkerState state) {
  switch (state) {
    case WorkerState::kJoining:
      return "joining";
    case WorkerState::kReady:
      return "ready";
    case WorkerState::kCordoned:
      return "cordoned";
    case WorkerState::kDraining:
      return "draining";
    case WorkerState::kLost:
      return "lost";
  }
  return "unknown";
}

void Gauge(std::string& text, std::string_view name, std::string_view help) {
  text += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
}

}  // namespace

std::string RenderMetrics(const State& state, std::size_t inputs_queued) {
  std::string text;
  std::map<std::string, std::size_t> phases;
  for (const auto& [id, record] : state.instances.all())
    ++phases[Folded(PhaseName(record->instance.status.phase))];
  Gauge(text, "edm_instances", "instances by phase");
  for (const auto& [phase, count] : phases)
    text += fmt::format("edm_instances{{phase=\"{}\"}} {}\n", phase, count);
  Gauge(text, "edm_operations_open", "operations that have not ended");
  text += fmt::format("edm_operations_open {}\n", state.open.size());
  Gauge(text, "edm_worker_state", "1 for the state that a worker is in");
  for (const auto& [id, worker] : state.workers.all()) {
    text += fmt::format("edm_worker_state{{worker=\"{}\",state=\"{}\"}} 1\n", id, WorkerWord(worker->state));
  }
  Gauge(text, "edm_worker_cpu", "share of a worker's CPUs in use");
  for (const auto& [id, worker] : state.workers.all()) {
    if (worker->load) text += fmt::format("edm_worker_cpu{{worker=\"{}\"}} {}\n", id, worker->load->cpu);
  }
  Gauge(text, "edm_worker_samples_refused", "load samples that made no sense");
  for (const auto& [id, worker] : state.workers.all()) {
    text += fmt::format("edm_worker_samples_refused{{worker=\"{}\"}} {}\n", id, worker->samples_refused);
  }
  Gauge(text, "edm_loop_queued", "inputs that wait to be decided");
  text += fmt::format("edm_loop_queued {}\n", inputs_queued);
  return text;
}

}  // namespace edm::master
