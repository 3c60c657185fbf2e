#include "master/core/recent.h"

#include <algorithm>

namespace edm::master {

std::vector<std::shared_ptr<const OperationRecord>> RecentOperations(const State& state,
                                                                     std::optional<WallTime> now) {
  WallTime newest{};
  for (const auto& [id, record] : state.operations.all()) {
    newest = std::max(newest, record->operation.ended_at.value_or(WallTime{}));
  }
  std::vector<std::shared_ptr<const OperationRecord>> recent;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& ended = record->operation.ended_at;
    const bool is_of_late = ended && now && *ended <= *now && *now - *ended < kRepairWindow;
    if (!ended || is_of_late || newest - *ended < kRepairWindow) recent.push_back(record);
  }
  return recent;
}

}  // namespace edm::master
