#include "worker/adapters/docker/engine_usage.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <thread>

#include "common/model/labels.h"
#include "common/model/trial_name.h"
#include "worker/adapters/docker/container_stats.h"
#include "worker/adapters/docker/in_parallel.h"
#include "worker/adapters/docker/inspect.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

std::string Label(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + std::string(value);
}

std::uint64_t MachineBytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

struct EngineUsage::Seen {
  ContainerFacts facts;
  std::optional<ContainerStats> first;
  std::optional<ContainerStats> second;
};

Result<std::vector<EngineUsage::Seen>> EngineUsage::List(const std::string& instance) const {
  EDM_TRY(const nlohmann::json answer,
          api_.Get(WithFilters("/containers/json",
                               {{"label", {Label(kWorkerLabel, worker_)}}, {"status", {"running"}}}),
                   "container engine"));
  std::vector<Seen> containers;
  for (const auto& one : answer) {
    auto facts = ReadListed(one);
    if (facts.instance.empty() || (!instance.empty() && InstanceOf(facts.instance) != instance)) continue;
    containers.push_back({.facts = std::move(facts), .first = {}, .second = {}});
  }
  if (containers.size() <= kContainersMax) return containers;
  return Error{Code::kResourceExhausted,
               "containers",
               std::to_string(containers.size()) + " run here; of 500 at most their use is told at once",
               {},
               "ask for one instance"};
}

void EngineUsage::Look(std::vector<Seen>& containers, bool first) const {
  // One that is gone by now is left out: it takes nothing.
  [[maybe_unused]] const auto looked = InParallel(containers.size(), [&](std::size_t i) -> Status {
    auto& one = containers[i];
    if (!first && !one.first) return Ok();
    const auto answer = api_.Get("/containers/" + one.facts.id + "/stats?stream=false&one-shot=true",
                                 "container " + one.facts.name, kLookDeadline);
    if (answer.ok()) (first ? one.first : one.second) = ReadStats(*answer);
    return Ok();
  });
}

Result<std::vector<InstanceUsage>> EngineUsage::Sample(const std::string& instance) {
  EDM_TRY(auto containers, List(instance));
  Look(containers, true);
  if (!containers.empty()) std::this_thread::sleep_for(kBetween);
  Look(containers, false);
  std::map<std::string, InstanceUsage, std::less<>> usages;
  for (const auto& one : containers) {
    if (!one.first || !one.second) continue;
    const std::string name(InstanceOf(one.facts.instance));
    auto usage = UsageBetween(*one.first, *one.second, MachineBytes());
    usage.service = one.facts.service;
    usage.container = one.facts.name;
    auto& of = usages[name];
    of.instance = name;
    of.containers.push_back(std::move(usage));
  }
  std::vector<InstanceUsage> all;
  for (auto& [name, usage] : usages) all.push_back(std::move(usage));
  return all;
}

}  // namespace edm::worker
