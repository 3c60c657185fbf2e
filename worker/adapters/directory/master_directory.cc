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
  const std::lock_guard lock(publishing_);
  return Tell(instance, published.endpoints);
}

Status MasterDirectory::DropEndpoints(const std::string& instance) {
  const std::lock_guard lock(publishing_);
  return Tell(instance, {});
}

Status MasterDirectory::Sweep(const std::function<Standing()>& standing) {
  const std::lock_guard lock(publishing_);
  const auto now = standing();
  for (const auto& [instance, published] : now.running) {
    if (now.in_hand.contains(instance)) continue;
    const auto found = told_.find(instance);
    const bool is_told =
        found == told_.end() ? published.endpoints.empty() : found->second == published.endpoints;
    if (!is_told) EDM_CHECK(Tell(instance, published.endpoints));
  }
  std::vector<std::string> gone;
  for (const auto& [instance, endpoints] : told_) {
    if (!now.running.contains(instance) && !now.in_hand.contains(instance)) gone.push_back(instance);
  }
  for (const auto& instance : gone) EDM_CHECK(Tell(instance, {}));
  return Ok();
}

Status MasterDirectory::Tell(const std::string& instance, const std::vector<Endpoint>& endpoints) {
  v1::PublishRequest request;
  request.set_instance(instance);
  request.set_endpoints_present(true);
  rpc::MapInto(endpoints, request.mutable_endpoints(), [](const Endpoint& e) { return rpc::ToProto(e); });
  EDM_CHECK(Publish(*registry_, request));
  if (endpoints.empty()) {
    told_.erase(instance);
  } else {
    told_[instance] = endpoints;
  }
  return Ok();
}

}  // namespace edm::worker
