#include "common/rpc/mapping/disk.h"

#include <map>
#include <mutex>
#include <optional>

#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

constexpr std::size_t kAskedAtOnceMax =
    100;  // workers of one question: the engine of each adds up its layers

// One question to several workers; answers when the last of them has. What one does not tell is no reason to
// keep the others back.
class Asked {
 public:
  Asked(CallPointer call, std::size_t open) : call_(std::move(call)), open_(open) {}

  // What the master itself has to say; none: nothing was asked of it.
  void TakeMaster(const std::optional<MachineDisk>& disk) {
    const std::lock_guard lock(mutex_);
    if (disk) *answer_.mutable_master() = rpc::ToProto(*disk);
    Close();
  }
  void Take(const std::string& worker, const Result<MachineDisk>& told) {
    const std::lock_guard lock(mutex_);
    auto disk = told.ok() ? *told : MachineDisk{.failure = told.error()};
    disk.machine = worker;
    by_worker_[worker] = std::move(disk);
    Close();
  }

 private:
  // With mutex_ held:
  void Close() {
    if (--open_ > 0) return;
    for (const auto& [worker, disk] : by_worker_) *answer_.add_workers() = rpc::ToProto(disk);
    Reply(*call_, answer_);
  }

  const CallPointer call_;
  std::mutex mutex_;
  std::size_t open_;
  v1::Disk answer_;
  std::map<std::string, MachineDisk> by_worker_;
};

Error Silent(const std::string& worker) {
  return {Code::kUnavailable, "worker " + worker, "it is not there", {}, "edmctl worker ls shows since when"};
}

std::vector<std::shared_ptr<const WorkerRecord>> Meant(const State& state, const std::string& worker) {
  std::vector<std::shared_ptr<const WorkerRecord>> meant;
  for (const auto& [id, record] : state.workers.all()) {
    if (worker.empty() || id == worker) meant.push_back(record);
  }
  return meant;
}

void Ask(const ServiceParts& parts, const CallPointer& call,
         const std::vector<std::shared_ptr<const WorkerRecord>>& workers, bool with_master) {
  const auto asked = std::make_shared<Asked>(call, workers.size() + 1);
  for (const auto& worker : workers) {
    const auto& id = worker->facts.id;
    if (worker->state == WorkerState::kLost || worker->state == WorkerState::kJoining) {
      asked->Take(id, Silent(id));
      continue;
    }
    parts.workers.GetDisk({id, worker->facts.rpc_address},
                          [asked, id](const Result<MachineDisk>& told) { asked->Take(id, told); });
  }
  asked->TakeMaster(with_master ? std::optional(parts.insight.disk()) : std::nullopt);
}

}  // namespace

void RegisterDisk(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::GetDiskRequest>("edm.v1.Master/GetDisk", [parts](CallPointer call, const auto& request) {
    const auto view = parts.cluster.View();
    const auto& worker = request.worker();
    if (!worker.empty()) {
      if (auto good = CheckWorkerId(worker); !good.ok()) return call->Finish(good);
    }
    const auto meant = Meant(*view, worker);
    if (!worker.empty() && meant.empty())
      return call->Finish(NoSuch("worker", worker, view->workers, "edmctl worker ls"));
    if (meant.size() > kAskedAtOnceMax) {
      return call->Finish(Error{Code::kFailedPrecondition,
                                "disks of all workers",
                                std::to_string(meant.size()) + " of them are too many for one question",
                                {},
                                "name one: edmctl df --worker ID"});
    }
    OnPool(parts, call, [parts, call, meant, all = worker.empty()] { Ask(parts, call, meant, all); });
  });
}

}  // namespace edm::master
