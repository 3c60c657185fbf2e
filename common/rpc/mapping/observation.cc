#include "common/rpc/mapping/observation.h"

#include "common/rpc/mapping/repeated.h"

namespace edm::rpc {

v1::Phase::Value ToProto(Phase phase) { return static_cast<v1::Phase::Value>(phase); }

Phase FromProto(v1::Phase::Value phase) {
  return v1::Phase::Value_IsValid(phase) ? static_cast<Phase>(phase) : Phase::kPending;
}

v1::Health::Value ToProto(Health health) { return static_cast<v1::Health::Value>(health); }

Health FromProto(v1::Health::Value health) {
  return v1::Health::Value_IsValid(health) ? static_cast<Health>(health) : Health::kUnknown;
}

v1::Endpoint ToProto(const Endpoint& endpoint) {
  v1::Endpoint message;
  message.set_service(endpoint.service);
  message.set_container_port(endpoint.container_port);
  message.set_protocol(endpoint.protocol);
  message.set_address(endpoint.address);
  message.set_port(endpoint.port);
  message.set_lan_address(endpoint.lan_address);
  message.set_url(endpoint.url);
  return message;
}

Endpoint FromProto(const v1::Endpoint& endpoint) {
  return {.service = endpoint.service(),
          .container_port = static_cast<std::uint16_t>(endpoint.container_port()),
          .protocol = endpoint.protocol(),
          .address = endpoint.address(),
          .port = static_cast<std::uint16_t>(endpoint.port()),
          .lan_address = endpoint.lan_address(),
          .url = endpoint.url()};
}

v1::ServiceStatus ToProto(const ServiceStatus& status) {
  v1::ServiceStatus message;
  message.set_service(status.service);
  message.set_image(status.image);
  message.set_state(status.state);
  message.set_health(ToProto(status.health));
  message.set_restarts(status.restarts);
  message.set_exit_code(status.exit_code);
  message.set_oneshot(status.oneshot);
  return message;
}

ServiceStatus FromProto(const v1::ServiceStatus& status) {
  return {.service = status.service(),
          .image = status.image(),
          .state = status.state(),
          .health = FromProto(status.health()),
          .restarts = status.restarts(),
          .exit_code = status.exit_code(),
          .oneshot = status.oneshot()};
}

v1::Observation ToProto(const Observation& observation) {
  v1::Observation message;
  message.set_instance(observation.instance);
  message.set_attempt(observation.attempt);
  message.set_phase(ToProto(observation.phase));
  message.set_health(ToProto(observation.health));
  message.set_release(observation.release);
  MapInto(observation.endpoints, message.mutable_endpoints(), [](const Endpoint& e) { return ToProto(e); });
  MapInto(observation.services, message.mutable_services(),
          [](const ServiceStatus& s) { return ToProto(s); });
  message.set_order(observation.operation);
  message.set_keeps_data(observation.keeps_data);
  return message;
}

Observation FromProto(const v1::Observation& message) {
  return {
      .instance = message.instance(),
      .attempt = message.attempt(),
      .phase = FromProto(message.phase()),
      .health = FromProto(message.health()),
      .release = message.release(),
      .endpoints = MapAll<Endpoint>(message.endpoints(), [](const v1::Endpoint& e) { return FromProto(e); }),
      .services =
          MapAll<ServiceStatus>(message.services(), [](const v1::ServiceStatus& s) { return FromProto(s); }),
      .operation = message.order(),
      .keeps_data = !message.has_keeps_data() || message.keeps_data()};
}

}  // namespace edm::rpc
