#include "worker/adapters/docker/engine_facts.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

constexpr Millis kAnswerDeadline{5'000};

// "" where there is no such program: a deploy says so better than a worker that does not start.
std::string ComposeVersion(ProcessRunner& processes) {
  ProcessSpec spec;
  spec.argv = {"docker-compose", "version", "--short"};
  spec.environment = {{"PATH", kProgramPath}};
  spec.deadline = kAnswerDeadline;
  std::string version;
  const auto end = processes.Run(spec,
                                 [&](OutputStream stream, std::string_view line) {
                                   if (stream == OutputStream::kStdout && version.empty())
                                     version = std::string(Trim(line));
                                 },
                                 {});
  return end.ok() && end->succeeded() ? version : "";
}

}  // namespace

EngineFacts ReadEngineFacts(const nlohmann::json& version, const nlohmann::json& info) {
  return {.version = TextAt(version, "Version"),
          .api_version = TextAt(version, "ApiVersion"),
          .storage_driver = TextAt(info, "Driver"),
          .cgroup_version = TextAt(info, "CgroupVersion"),
          .id = TextAt(info, "ID")};
}

Result<EngineFacts> AskEngine(const EngineApi& api, ProcessRunner& processes) {
  EDM_TRY(const auto version, api.Get("/version", "container engine", kAnswerDeadline));
  EDM_TRY(const auto info, api.Get("/info", "container engine", kAnswerDeadline));
  auto facts = ReadEngineFacts(version, info);
  facts.compose_version = ComposeVersion(processes);
  return facts;
}

}  // namespace edm::worker
