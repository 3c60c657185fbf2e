#include "common/rpc/mapping/usage.h"

#include <algorithm>
#include <mutex>

#include "common/model/member_name.h"
#include "common/rpc/mapping/failure.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"
#include "master/core/members.h"

namespace edm::master {
namespace {

template <class Messages, class Name>
void Sort(Messages& messages, Name name) {
  std::sort(messages.begin(), messages.end(),
            [&](const auto& a, const auto& b) { return name(a) < name(b); });
}

// What several workers answer, in one, of all instances or of the members of one; the last of them finishes
// the call. Any thread.
class Gathering {
 public:
  Gathering(CallPointer call, std::size_t workers, std::string set)
      : call_(std::move(call)), set_(std::move(set)), missing_(workers) {}

  void Take(const std::string& worker, const Result<std::vector<InstanceUsage>>& answer) {
    const std::lock_guard lock(mutex_);
    if (answer.ok()) {
      for (const auto& one : *answer) {
        if (set_.empty() || SetOf(one.instance) == set_) *response_.add_usages() = rpc::ToProto(one);
      }
    } else {
      auto* gap = response_.add_gaps();
      gap->set_worker(worker);
      *gap->mutable_failure() = rpc::ToProto(answer.error());
    }
    if (--missing_ > 0) return;
    Sort(*response_.mutable_usages(), [](const auto& one) { return one.instance(); });
    Sort(*response_.mutable_gaps(), [](const auto& one) { return one.worker(); });
    Reply(*call_, response_);
  }

 private:
  const CallPointer call_;
  const std::string set_;  // "": of all
  std::mutex mutex_;
  std::size_t missing_;            // guarded by mutex_
  v1::GetUsageResponse response_;  // guarded by mutex_
};

bool IsThere(const WorkerRecord& worker) {
  return worker.state != WorkerState::kLost && worker.state != WorkerState::kJoining;
}

void AskOne(const ServiceParts& parts, const CallPointer& call, const std::string& instance) {
  const auto view = parts.cluster.View();
  const auto record = FindInstance(*view, instance);
  if (!record.ok()) return call->Finish(record.error());
  const auto worker = HolderAddress(*view, instance);
  if (!worker.ok()) return call->Finish(worker.error());
  parts.workers.GetUsage(*worker, instance, [call](const Result<std::vector<InstanceUsage>>& answer) {
    if (!answer.ok()) return call->Finish(answer.error());
    v1::GetUsageResponse response;
    for (const auto& one : *answer) *response.add_usages() = rpc::ToProto(one);
    Reply(*call, response);
  });
}

// Of all instances; with a set, of its members.
void AskAll(const ServiceParts& parts, const CallPointer& call, const std::string& set) {
  std::vector<WorkerAddress> workers;
  const auto view = parts.cluster.View();
  for (const auto& [id, worker] : view->workers.all()) {
    if (IsThere(*worker)) workers.push_back({id, worker->facts.rpc_address});
  }
  if (workers.empty()) return Reply(*call, v1::GetUsageResponse());
  const auto gathering = std::make_shared<Gathering>(call, workers.size(), set);
  for (const auto& worker : workers) {
    parts.workers.GetUsage(
        worker, "", [gathering, id = worker.worker](const auto& answer) { gathering->Take(id, answer); });
  }
}

}  // namespace

void RegisterUsage(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::GetUsageRequest>("edm.v1.Master/GetUsage", [parts](CallPointer call, const auto& request) {
    if (request.instance().empty()) return AskAll(parts, call, "");
    const auto record = FindInstance(*parts.cluster.View(), request.instance());
    if (record.ok() && IsSet((*record)->instance)) return AskAll(parts, call, request.instance());
    AskOne(parts, call, request.instance());
  });
}

}  // namespace edm::master
