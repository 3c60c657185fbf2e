#pragma once

#include <functional>
#include <memory>
#include <string>

#include "worker/adapters/workload/compose_workload.h"

namespace edm::worker {

// Judges folders by the rules that edmctl validate holds as well. Any thread.
class ComposeWorkloadReader final : public WorkloadReader {
 public:
  using OpenTree = std::function<Result<std::shared_ptr<const FileTree>>(const std::string& directory)>;

  // `resolver` and `entropy` outlive it and all workloads.
  ComposeWorkloadReader(ConfigResolver& resolver, OpenTree open, Entropy& entropy, WorkloadDefaults defaults)
      : resolver_(resolver), open_(std::move(open)), entropy_(entropy), defaults_(std::move(defaults)) {}

  Result<std::shared_ptr<const Workload>> Judge(const JudgeRequest& request, std::stop_token stop) override;

 private:
  ConfigResolver& resolver_;
  const OpenTree open_;
  Entropy& entropy_;
  const WorkloadDefaults defaults_;
};

}  // namespace edm::worker
