#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/ports/process_runner.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/turns.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

struct DockerOptions {
  std::string endpoint = "unix:///var/run/docker.sock";
  std::string staging;  // a folder of ours for what exists only while compose runs
};

// The Docker engine, by its API 1.41; what is created comes from docker-compose v2. Any thread. `processes`
// must outlive it.
class DockerRuntime final : public ContainerRuntime {
 public:
  static constexpr Millis kStartDeadline{120'000};

  DockerRuntime(DockerOptions options, ProcessRunner& processes);

  // For what looks at the same engine (readiness).
  const EngineApi& api() const { return api_; }

  Status Ping() override;
  Result<EngineFacts> Facts() override;
  Result<BuiltImage> Build(const BuildRequest& request, const LineSink& on_line,
                           std::stop_token stop) override;
  Status Up(const UpRequest& request, const LineSink& on_line, std::stop_token stop) override;
  Status StopBut(const std::string& instance, const std::set<std::string>& sparing, Seconds grace) override;
  Status StartKept(const std::string& instance, std::stop_token stop = {}) override;
  Status Remove(const std::string& instance, bool keep_volumes) override;
  Status RemoveImage(const std::string& id_or_tag) override;
  Result<std::vector<ContainerFacts>> Containers(const std::string& instance) override;
  Result<Footprint> Everything() override;
  Result<std::string> ImageId(const std::string& id_or_tag) override;
  Result<std::string> ImageContent(const std::string& id_or_tag) override;
  Result<std::vector<ListeningPort>> ListeningPorts(const std::string& container_id) override;
  Result<HealthProbe> ProbeHealth(const std::string& container_id, std::stop_token stop) override;
  Status Logs(const LogRequest& request, const LogSink& on_line, std::stop_token stop) override;
  Result<std::unique_ptr<ExecSession>> Exec(const ExecRequest& request) override;
  Status Watch(const std::function<void(const std::string&)>& on_change, std::stop_token stop) override;
  Result<std::vector<NetworkSubnet>> Subnets() override;
  Result<std::map<std::string, std::uint64_t>> VolumeSizes(Millis deadline) override;

 private:
  Result<nlohmann::json> InspectImage(const std::string& id_or_tag);

  DockerOptions options_;
  EngineApi api_;
  ProcessRunner& processes_;
  Turns turns_;
};

}  // namespace edm::worker
