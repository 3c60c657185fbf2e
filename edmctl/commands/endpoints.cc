#include "edmctl/commands/endpoints.h"

#include <fmt/format.h>

#include <algorithm>

#include "edm/v1/master_service.pb.h"
#include "edmctl/output/words.h"

namespace edm::ctl {

Result<std::vector<v1::Endpoint>> EndpointsOf(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  v1::GetInstanceRequest request;
  request.set_id(id);
  EDM_TRY(const auto instance, master->Call<v1::Instance>("GetInstance", request));
  const auto service = invocation.args.Text("service");
  std::vector<v1::Endpoint> wanted;
  for (const auto& endpoint : instance.status().endpoints()) {
    if (service.empty() || endpoint.service() == service) wanted.push_back(endpoint);
  }
  // A service with a URL is what people mean when they name none.
  std::ranges::stable_partition(wanted, [](const auto& endpoint) { return !endpoint.url().empty(); });
  if (!wanted.empty()) return wanted;
  if (!service.empty() && !instance.status().endpoints().empty()) {
    return Error{
        Code::kNotFound, "service " + id + "/" + service, "publishes no port", {}, "edmctl url --all " + id};
  }
  return Error{Code::kFailedPrecondition,
               "instance " + id,
               "has no address: it is " + StateOf(instance),
               {},
               "edmctl start " + id + ", or edmctl why " + id};
}

std::string AddressOf(const v1::Endpoint& endpoint) {
  return endpoint.url().empty() ? fmt::format("{}:{}", endpoint.address(), endpoint.port()) : endpoint.url();
}

}  // namespace edm::ctl
