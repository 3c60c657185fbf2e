#include "worker/adapters/workload/compose_workload_reader.h"

namespace edm::worker {

Result<std::shared_ptr<const Workload>> ComposeWorkloadReader::Judge(const JudgeRequest& request,
                                                                     std::stop_token stop) {
  if (stop.stop_requested()) {
    return Error{Code::kCancelled, "instance " + request.instance, "cancelled", {}, "nothing was changed"};
  }
  EDM_TRY(auto tree, open_(request.directory));
  EDM_TRY(auto judged, compose::JudgeFolder(*tree, resolver_,
                                            {.instance = request.instance,
                                             .owner = request.owner,
                                             .project = request.project,
                                             .environment = request.environment}));
  return std::shared_ptr<const Workload>(
      std::make_shared<ComposeWorkload>(request, std::move(judged), std::move(tree), defaults_, entropy_));
}

}  // namespace edm::worker
