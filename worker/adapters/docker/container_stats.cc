#include "worker/adapters/docker/container_stats.h"

#include <algorithm>
#include <limits>

#include "common/base/size_units.h"
#include "worker/adapters/docker/engine_time.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

using nlohmann::json;

std::uint64_t Unsigned(const json& object, const std::string& key) {
  if (!object.is_object()) return 0;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return 0;
  if (found->is_number_unsigned()) return found->get<std::uint64_t>();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, found->get<std::int64_t>()));
}

// As `docker stats` does: without the page cache that the kernel would give up first.
std::uint64_t WithoutCache(const json& memory) {
  const auto usage = Unsigned(memory, "usage");
  const auto& details = PartAt(memory, "stats");
  const auto v1 = Unsigned(details, "total_inactive_file");
  const auto cache = v1 != 0 ? v1 : Unsigned(details, "inactive_file");
  return usage - std::min(usage, cache);
}

std::uint32_t Kib(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(bytes / kKibibyte, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

ContainerStats ReadStats(const json& answer) {
  const auto& memory = PartAt(answer, "memory_stats");
  return {.cpu_ns = Unsigned(PartAt(PartAt(answer, "cpu_stats"), "cpu_usage"), "total_usage"),
          .read_ns = ParseEngineTime(TextAt(answer, "read")).value_or(0),
          .memory_bytes = WithoutCache(memory),
          .limit_bytes = Unsigned(memory, "limit"),
          .processes = static_cast<std::uint32_t>(Unsigned(PartAt(answer, "pids_stats"), "current"))};
}

ContainerUsage UsageBetween(const ContainerStats& first, const ContainerStats& second,
                            std::uint64_t machine_bytes) {
  ContainerUsage usage;
  const auto passed = second.read_ns - first.read_ns;
  if (passed > 0 && second.cpu_ns >= first.cpu_ns)
    usage.cpu = static_cast<double>(second.cpu_ns - first.cpu_ns) / static_cast<double>(passed);
  usage.memory_kib = Kib(second.memory_bytes);
  const bool is_limited = second.limit_bytes != 0 && second.limit_bytes < machine_bytes;
  usage.memory_limit_kib = is_limited ? Kib(second.limit_bytes) : 0;
  usage.processes = second.processes;
  return usage;
}

}  // namespace edm::worker
