#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "common/model/usage.h"

namespace edm::worker {

// One look at a container, as /containers/<id>/stats?one-shot=true has it.
struct ContainerStats {
  std::uint64_t cpu_ns = 0;  // since its start
  std::int64_t read_ns = 0;  // when, by the engine's clock
  std::uint64_t memory_bytes = 0;
  std::uint64_t limit_bytes = 0;  // the machine's memory where there is none
  std::uint32_t processes = 0;
};
ContainerStats ReadStats(const nlohmann::json& answer);

// What lies between two looks. CPU is 0 when no time has passed between them. `machine_bytes`: a limit as
// large as that is none.
ContainerUsage UsageBetween(const ContainerStats& first, const ContainerStats& second,
                            std::uint64_t machine_bytes);

}  // namespace edm::worker
