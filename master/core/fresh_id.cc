#include "master/core/fresh_id.h"

#include <fmt/format.h>

namespace edm::master {

std::string FreshId(const State& state, const InstanceRecord& instance, WallTime now) {
  for (std::uint64_t salt = 0;; ++salt) {
    std::uint64_t hash = 14695981039346656037ULL;
    const auto text = fmt::format("{}/{}/{}/{}/{}", instance.instance.id, instance.attempts, state.epoch,
                                  now.time_since_epoch().count(), salt);
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    auto id = fmt::format("op-{:012x}", hash & 0xffffffffffffULL);
    if (state.operations.Find(id) == nullptr) return id;
  }
}

}  // namespace edm::master
