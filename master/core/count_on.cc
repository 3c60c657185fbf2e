#include "master/core/count_on.h"

#include <algorithm>

namespace edm::master {

void CountOn(const State& state, InstanceRecord& record) {
  for (const auto& [id, known] : state.operations.all()) {
    if (known->operation.instance != record.instance.id) continue;
    record.attempts = std::max(record.attempts, known->attempt);
    // What its worker had already ends with another number than its order had.
    record.releases = std::max({record.releases, known->operation.release, known->order.release});
  }
}

}  // namespace edm::master
