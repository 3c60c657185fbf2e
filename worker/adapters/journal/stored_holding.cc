#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"
#include "worker/adapters/journal/stored.h"

namespace edm::worker {
namespace {

v1::StoredService ServiceToStored(const WantedService& service) {
  v1::StoredService stored;
  stored.set_service(service.service);
  stored.set_one_shot(service.one_shot);
  for (const auto port : service.ports) stored.add_ports(port);
  if (service.http) {
    stored.set_check_port(service.http->port);
    stored.set_check_path(service.http->path);
  }
  return stored;
}

WantedService ServiceFromStored(const v1::StoredService& stored) {
  WantedService service{.service = stored.service(), .one_shot = stored.one_shot()};
  for (const auto port : stored.ports()) service.ports.push_back(static_cast<std::uint16_t>(port));
  if (stored.check_port() != 0) {
    service.http = HttpCheck{static_cast<std::uint16_t>(stored.check_port()), stored.check_path()};
  }
  return service;
}

v1::StoredPort PortToStored(const WantedPort& port) {
  v1::StoredPort stored;
  stored.set_service(port.service);
  stored.set_container_port(port.container_port);
  stored.set_protocol(port.protocol);
  stored.set_host_port(port.host_port.value_or(0));
  stored.set_loopback_only(port.loopback_only);
  return stored;
}

WantedPort PortFromStored(const v1::StoredPort& stored) {
  WantedPort port{.service = stored.service(),
                  .container_port = static_cast<std::uint16_t>(stored.container_port()),
                  .protocol = stored.protocol(),
                  .loopback_only = stored.loopback_only()};
  if (stored.host_port() != 0) port.host_port = static_cast<std::uint16_t>(stored.host_port());
  return port;
}

v1::StoredRelease ReleaseToStored(const ReleaseRecord& release) {
  v1::StoredRelease stored;
  stored.set_number(release.number);
  *stored.mutable_built() = rpc::ToProto(Built{release.images, release.template_commit, release.grants});
  stored.set_template_name(release.template_name);
  stored.set_final_digest(release.final_digest);
  stored.set_commit(release.commit);
  stored.mutable_inputs()->insert(release.inputs.begin(), release.inputs.end());
  const auto& run = release.run;
  rpc::MapInto(run.services, stored.mutable_services(), ServiceToStored);
  rpc::MapInto(run.ports, stored.mutable_ports(), PortToStored);
  rpc::MapInto(run.endpoints, stored.mutable_endpoints(), [](const Endpoint& e) { return rpc::ToProto(e); });
  stored.mutable_catalog_names()->insert(run.catalog_names.begin(), run.catalog_names.end());
  stored.set_ready_timeout_ms(static_cast<std::uint32_t>(run.ready_timeout.count()));
  stored.set_ready_least_ms(static_cast<std::uint32_t>(run.ready_least.count()));
  stored.set_ready_took_ms(static_cast<std::uint32_t>(release.ready_took.count()));
  stored.set_keeps_data(run.keeps_data);
  stored.mutable_kept()->insert(release.kept.begin(), release.kept.end());
  stored.set_stop_grace_s(static_cast<std::uint32_t>(run.stop_grace.count()));
  return stored;
}

ReleaseRecord ReleaseFromStored(const v1::StoredRelease& stored) {
  auto built = rpc::FromProto(stored.built());
  return {.number = stored.number(),
          .images = std::move(built.images),
          .template_name = stored.template_name(),
          .template_commit = std::move(built.template_commit),
          .grants = std::move(built.grants),
          .commit = stored.commit(),
          .inputs = {stored.inputs().begin(), stored.inputs().end()},
          .final_digest = stored.final_digest(),
          .run = {.services = rpc::MapAll<WantedService>(stored.services(), ServiceFromStored),
                  .ports = rpc::MapAll<WantedPort>(stored.ports(), PortFromStored),
                  .endpoints = rpc::MapAll<Endpoint>(stored.endpoints(),
                                                     [](const v1::Endpoint& e) { return rpc::FromProto(e); }),
                  .catalog_names = {stored.catalog_names().begin(), stored.catalog_names().end()},
                  .ready_timeout = Millis(stored.ready_timeout_ms()),
                  .ready_least = Millis(stored.ready_least_ms()),
                  .stop_grace = Seconds(stored.stop_grace_s()),
                  .keeps_data = !stored.has_keeps_data() || stored.keeps_data()},
          .ready_took = Millis(stored.ready_took_ms()),
          .kept = {stored.kept().begin(), stored.kept().end()}};
}

}  // namespace

v1::StoredHolding ToStored(const Holding& holding) {
  v1::StoredHolding stored;
  stored.set_instance(holding.instance);
  stored.set_owner(holding.owner);
  stored.set_project(holding.project);
  stored.set_running_release(holding.running_release);
  stored.set_address_published(holding.address_published);
  for (const auto& [key, port] : holding.ports) (*stored.mutable_ports())[key] = port;
  stored.mutable_subnets()->insert(holding.subnets.begin(), holding.subnets.end());
  stored.mutable_generated()->insert(holding.generated.begin(), holding.generated.end());
  for (const auto& [number, release] : holding.releases) *stored.add_releases() = ReleaseToStored(release);
  if (holding.inspect_until) *stored.mutable_inspect_until() = rpc::ToProto(*holding.inspect_until);
  if (holding.trial_until) *stored.mutable_trial_until() = rpc::ToProto(*holding.trial_until);
  return stored;
}

Holding FromStored(const v1::StoredHolding& stored) {
  Holding holding{.instance = stored.instance(),
                  .owner = stored.owner(),
                  .project = stored.project(),
                  .running_release = stored.running_release(),
                  .address_published = stored.address_published(),
                  .subnets = {stored.subnets().begin(), stored.subnets().end()},
                  .generated = {stored.generated().begin(), stored.generated().end()}};
  for (const auto& [key, port] : stored.ports()) holding.ports[key] = static_cast<std::uint16_t>(port);
  for (const auto& release : stored.releases())
    holding.releases[release.number()] = ReleaseFromStored(release);
  if (stored.has_inspect_until()) holding.inspect_until = rpc::FromProto(stored.inspect_until());
  if (stored.has_trial_until()) holding.trial_until = rpc::FromProto(stored.trial_until());
  return holding;
}

}  // namespace edm::worker
