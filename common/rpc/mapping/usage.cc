#include "common/rpc/mapping/usage.h"

namespace edm::rpc {

v1::Usage ToProto(const InstanceUsage& usage) {
  v1::Usage message;
  message.set_instance(usage.instance);
  message.set_worker(usage.worker);
  for (const auto& one : usage.containers) {
    auto* container = message.add_containers();
    container->set_service(one.service);
    container->set_container(one.container);
    container->set_cpu(one.cpu);
    container->set_memory_kib(one.memory_kib);
    container->set_memory_limit_kib(one.memory_limit_kib);
    container->set_processes(one.processes);
  }
  return message;
}

InstanceUsage FromProto(const v1::Usage& message) {
  InstanceUsage usage{.instance = message.instance(), .worker = message.worker(), .containers = {}};
  for (const auto& one : message.containers()) {
    usage.containers.push_back({.service = one.service(),
                                .container = one.container(),
                                .cpu = one.cpu(),
                                .memory_kib = one.memory_kib(),
                                .memory_limit_kib = one.memory_limit_kib(),
                                .processes = one.processes()});
  }
  return usage;
}

}  // namespace edm::rpc
