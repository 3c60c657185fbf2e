#include "master/adapters/channel/worker_stubs.h"

#include <algorithm>
#include <thread>

#include "common/rpc/channel.h"

namespace edm::master {
namespace {

constexpr Millis kLookEvery{1};

}  // namespace

Result<std::shared_ptr<WorkerStubs::Stub>> WorkerStubs::Of(const WorkerAddress& worker) {
  const auto enrolment = enrolment_of_(worker.worker);
  if (!enrolment) {
    return Error{Code::kUnavailable,
                 "worker " + worker.worker,
                 "it is no worker of this cluster any more",
                 {},
                 "edmctl worker ls"};
  }
  const auto key = worker.worker + " " + *enrolment + " " + worker.rpc_address;
  const std::lock_guard lock(mutex_);
  if (closed_) return Error{Code::kUnavailable, "worker " + worker.worker, "this master is stopping"};
  if (const auto found = stubs_.find(key); found != stubs_.end()) return found->second;
  rpc::ChannelSpec spec;
  spec.address = worker.rpc_address;
  if (identity_) spec.tls = rpc::ChannelTls{*identity_, rpc::WorkerTlsName(worker.worker, *enrolment)};
  EDM_TRY(const auto channel, rpc::Dial(spec));
  if (stubs_.size() >= kConnectionsMax) stubs_.clear();
  std::shared_ptr<Stub> stub = v1::WorkerAgent::NewStub(channel);
  stubs_[key] = stub;
  return stub;
}

void WorkerStubs::Close(Millis patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto is_unused = [](const auto& entry) { return entry.second.use_count() == 1; };
  std::unique_lock lock(mutex_);
  closed_ = true;
  while (!std::all_of(stubs_.begin(), stubs_.end(), is_unused) && std::chrono::steady_clock::now() < until) {
    lock.unlock();
    std::this_thread::sleep_for(kLookEvery);
    lock.lock();
  }
  stubs_.clear();
}

}  // namespace edm::master
