#include "common/rpc/mapping/worker.h"

#include "common/rpc/mapping/time.h"

namespace edm::rpc {

v1::Load ToProto(const Load& load) {
  v1::Load message;
  message.set_cpu(load.cpu);
  message.set_cpu_lasting(load.cpu_lasting);
  message.set_memory_total_mib(load.memory_total_mib);
  message.set_memory_available_mib(load.memory_available_mib);
  message.set_disk_total_mib(load.disk_total_mib);
  message.set_disk_free_mib(load.disk_free_mib);
  message.set_running(load.running);
  message.set_building(load.building);
  message.set_networks_free(load.networks_free);
  *message.mutable_sampled_at() = ToProto(load.sampled_at);
  return message;
}

Load FromProto(const v1::Load& message) {
  return {.cpu = message.cpu(),
          .cpu_lasting = message.cpu_lasting(),
          .memory_total_mib = message.memory_total_mib(),
          .memory_available_mib = message.memory_available_mib(),
          .disk_total_mib = message.disk_total_mib(),
          .disk_free_mib = message.disk_free_mib(),
          .running = message.running(),
          .building = message.building(),
          .networks_free = message.networks_free(),
          .sampled_at = FromProto(message.sampled_at())};
}

v1::Engine ToProto(const EngineFacts& engine) {
  v1::Engine message;
  message.set_version(engine.version);
  message.set_api_version(engine.api_version);
  message.set_compose_version(engine.compose_version);
  message.set_storage_driver(engine.storage_driver);
  message.set_cgroup_version(engine.cgroup_version);
  message.set_id(engine.id);
  return message;
}

EngineFacts FromProto(const v1::Engine& message) {
  return {.version = message.version(),
          .api_version = message.api_version(),
          .compose_version = message.compose_version(),
          .storage_driver = message.storage_driver(),
          .cgroup_version = message.cgroup_version(),
          .id = message.id()};
}

v1::Worker ToProto(const WorkerFacts& facts) {
  v1::Worker message;
  message.set_id(facts.id);
  message.set_rpc_address(facts.rpc_address);
  message.set_public_address(facts.public_address);
  message.mutable_labels()->insert(facts.labels.begin(), facts.labels.end());
  message.set_cores(facts.cores);
  message.set_gpus(facts.gpus);
  message.set_architecture(facts.architecture);
  message.set_version(facts.version);
  *message.mutable_engine() = ToProto(facts.engine);
  if (facts.certificate_ends_at) *message.mutable_certificate_ends_at() = ToProto(*facts.certificate_ends_at);
  return message;
}

WorkerFacts FromProto(const v1::Worker& message) {
  std::optional<WallTime> ends;
  if (message.has_certificate_ends_at()) ends = FromProto(message.certificate_ends_at());
  return {.id = message.id(),
          .rpc_address = message.rpc_address(),
          .public_address = message.public_address(),
          .labels = {message.labels().begin(), message.labels().end()},
          .cores = message.cores(),
          .gpus = message.gpus(),
          .architecture = message.architecture(),
          .version = message.version(),
          .engine = FromProto(message.engine()),
          .certificate_ends_at = ends};
}

}  // namespace edm::rpc
