#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/core/compose/final_compose.h"
#include "common/core/compose/judge_folder.h"
#include "common/model/endpoint.h"
#include "common/ports/entropy.h"
#include "common/ports/file_tree.h"
#include "worker/ports/workload.h"

namespace edm::worker {

// Used for services that set none themselves.
struct WorkloadDefaults {
  compose::DefaultLimits limits{.memory_bytes = 2ULL * 1024 * 1024 * 1024, .pids = 4'096, .cpus = 0};
  compose::LogRotation logs;
  Millis ready_timeout{60'000};
  // Of all that is made on the engine, beside instance and release.
  std::map<std::string, std::string> labels;
};

// A judged folder, as what the runner needs of it.
class ComposeWorkload final : public Workload {
 public:
  // `entropy` outlives it.
  ComposeWorkload(JudgeRequest request, compose::Judged judged, std::shared_ptr<const FileTree> tree,
                  WorkloadDefaults defaults, Entropy& entropy);

  std::string summary() const override;
  std::vector<std::string> warnings() const override;
  std::vector<std::string> grants() const override { return judged_.grants_used; }
  std::vector<BuildRequest> builds() const override;
  std::optional<std::set<std::string>> inputs() const override;
  std::vector<WantedPort> ports() const override;
  std::vector<std::string> networks() const override { return judged_.blueprint.networks; }
  std::vector<WantedService> services() const override;
  std::map<std::string, std::string> catalog_names() const override;
  Millis ready_timeout() const override;
  Millis ready_least() const override;
  Seconds stop_grace() const override;
  bool keeps_data() const override;
  Result<FinalWorkload> Finalise(const FinalRequest& request) const override;

 private:
  std::map<std::string, std::string> Images() const;
  std::optional<HttpCheck> CheckOf(const compose::ServicePlan& service) const;
  // Files made at start: their content into `final`, their mounts into `input`.
  Status RenderFiles(const FinalRequest& request, const std::vector<Endpoint>& endpoints,
                     FinalWorkload& final, compose::FinalInput& input) const;

  const JudgeRequest request_;
  const compose::Judged judged_;
  const std::shared_ptr<const FileTree> tree_;
  const WorkloadDefaults defaults_;
  Entropy& entropy_;
};

}  // namespace edm::worker
