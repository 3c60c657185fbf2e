#include "worker/adapters/docker/loans.h"

#include <nlohmann/json.hpp>

#include "common/model/labels.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/listing.h"

namespace edm::worker {
namespace {

using nlohmann::json;

bool IsConnectedAlready(const Error& error) {
  return error.cause.find("already exists in network") != std::string::npos;
}

Status Disconnect(const EngineApi& api, const std::string& network, const std::string& container) {
  auto gone = api.Post("/networks/" + network + "/disconnect", {{"Container", container}, {"Force", true}},
                       "container " + container.substr(0, 12));
  if (gone.ok() || gone.error().code == Code::kNotFound) return Ok();
  return std::move(gone).error();
}

Status GiveBackOf(const EngineApi& api, const std::string& instance, const std::string& network) {
  EDM_TRY(const json connected, api.Get(WithFilters("/containers/json?all=1", {{"network", {network}}}),
                                        "network " + network.substr(0, 12)));
  for (const auto& one : connected) {
    if (ReadListed(one).instance == instance) continue;
    EDM_CHECK(Disconnect(api, network, TextAt(one, "Id")));
  }
  return Ok();
}

}  // namespace

Status Lend(const EngineApi& api, const std::vector<LentContainer>& lent) {
  for (const auto& one : lent) {
    auto done = api.Post("/networks/" + one.network + "/connect",
                         {{"Container", one.id}, {"EndpointConfig", {{"Aliases", one.names}}}},
                         "container " + one.id.substr(0, 12));
    if (!done.ok() && !IsConnectedAlready(done.error())) return std::move(done).error();
  }
  return Ok();
}

Status GiveBack(const EngineApi& api, const std::string& instance) {
  const std::string label = std::string(kInstanceLabel) + "=" + instance;
  EDM_TRY(const json networks,
          api.Get(WithFilters("/networks", {{"label", {label}}}), "instance " + instance));
  for (const auto& network : networks) EDM_CHECK(GiveBackOf(api, instance, TextAt(network, "Id")));
  return Ok();
}

}  // namespace edm::worker
