#include "tests/simulation/master_events.h"

#include <algorithm>

namespace edm::simulation {

Status MasterEvents::Append(const std::vector<master::OperationNote>& notes) {
  for (const auto& note : notes) {
    auto& log = logs_[note.operation];
    if (note.worker_cursor != 0) {
      auto& newest = log.cursors[note.attempt];
      newest = std::max(newest, note.worker_cursor);
    }
    if (const auto* step = std::get_if<Step>(&note.what)) log.steps[step->name] = *step;
    if (std::holds_alternative<Operation>(note.what)) log.is_closed = true;
  }
  return Ok();
}

bool MasterEvents::IsClosed(const std::string& operation) {
  const auto found = logs_.find(operation);
  return found != logs_.end() && found->second.is_closed;
}

std::uint32_t MasterEvents::WorkerCursor(const std::string& operation, std::uint32_t attempt) {
  const auto found = logs_.find(operation);
  if (found == logs_.end()) return 0;
  const auto cursor = found->second.cursors.find(attempt);
  return cursor == found->second.cursors.end() ? 0 : cursor->second;
}

Result<std::vector<Step>> MasterEvents::Steps(const std::string& operation) {
  std::vector<Step> steps;
  if (const auto found = logs_.find(operation); found != logs_.end()) {
    for (const auto& [name, step] : found->second.steps) steps.push_back(step);
  }
  return steps;
}

std::set<std::string> MasterEvents::operations() const {
  std::set<std::string> names;
  for (const auto& [name, log] : logs_) names.insert(name);
  return names;
}

}  // namespace edm::simulation
