#include "worker/adapters/directory/master_directory.h"

#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "worker/adapters/master/registry.h"

namespace edm::worker {
namespace {

Status Publish(Registry& registry, const v1::PublishRequest& request) {
  EDM_TRY([[maybe_unused]] const auto response, registry.Call(&v1::Registry::Stub::Publish, request));
  return Ok();
}

}  // namespace

Status MasterDirectory::PutHolder(const std::string& instance) {
  v1::PublishRequest request;
  request.set_instance(instance);
  request.set_address(public_address_);
  return Publish(*registry_, request);
}

Status MasterDirectory::DropHolder(const std::string& instance) {
  v1::PublishRequest request;
  request.set_instance(instance);
  request.set_address("");
  return Publish(*registry_, request);
}

Status MasterDirectory::PutEndpoints(const std::string& instance, const Published& published) {
  v1::PublishRequest request;
  request.set_instance(instance);
  request.set_endpoints_present(true);
  rpc::MapInto(published.endpoints, request.mutable_endpoints(),
               [](const Endpoint& e) { return rpc::ToProto(e); });
  EDM_CHECK(Publish(*registry_, request));
  const std::lock_guard lock(mutex_);
  told_[instance] = published.endpoints;
  return Ok();
}

Status MasterDirectory::DropEndpoints(const std::string& instance) {
  v1::PublishRequest request;
  request.set_instance(instance);
  request.set_endpoints_present(true);
  EDM_CHECK(Publish(*registry_, request));
  const std::lock_guard lock(mutex_);
  told_.erase(instance);
  return Ok();
}

Status MasterDirectory::Sweep(const std::map<std::string, Published>& running) {
  std::map<std::string, std::vector<Endpoint>> told;
  {
    const std::lock_guard lock(mutex_);
    told = told_;
  }
  for (const auto& [instance, published] : running) {
    const auto found = told.find(instance);
    if (found == told.end() || found->second != published.endpoints)
      EDM_CHECK(PutEndpoints(instance, published));
  }
  for (const auto& [instance, endpoints] : told) {
    if (!running.contains(instance)) EDM_CHECK(DropEndpoints(instance));
  }
  return Ok();
}

}  // namespace edm::worker
