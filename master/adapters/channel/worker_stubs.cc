#include "master/adapters/channel/worker_stubs.h"

#include "common/rpc/channel.h"

namespace edm::master {

Result<std::shared_ptr<WorkerStubs::Stub>> WorkerStubs::Of(const WorkerAddress& worker) {
  const auto key = worker.worker + " " + worker.rpc_address;
  const std::lock_guard lock(mutex_);
  if (const auto found = stubs_.find(key); found != stubs_.end()) return found->second;
  rpc::ChannelSpec spec;
  spec.address = worker.rpc_address;
  if (identity_) spec.tls = rpc::ChannelTls{*identity_, rpc::WorkerTlsName(worker.worker)};
  EDM_TRY(const auto channel, rpc::Dial(spec));
  if (stubs_.size() >= kConnectionsMax) stubs_.clear();
  std::shared_ptr<Stub> stub = v1::WorkerAgent::NewStub(channel);
  stubs_[key] = stub;
  return stub;
}

}  // namespace edm::master
