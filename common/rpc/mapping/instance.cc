#include "common/rpc/mapping/instance.h"

#include <charconv>

#include "common/model/member_name.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {
namespace {

std::uint32_t RevisionOf(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

v1::Source ToProto(const Source& source) {
  v1::Source message;
  message.set_kind(static_cast<v1::Source::Kind>(source.kind));
  message.set_commit(source.commit);
  message.set_branch(source.branch);
  message.set_git_url(source.git_url);
  message.set_ref(source.ref);
  message.set_digest(source.digest);
  message.set_files(source.files);
  message.set_size_kib(source.size_kib);
  message.set_replicas(source.replicas);
  return message;
}

Source FromProto(const v1::Source& message) {
  return {.kind = static_cast<SourceKind>(message.kind()),
          .commit = message.commit(),
          .branch = message.branch(),
          .git_url = message.git_url(),
          .ref = message.ref(),
          .digest = message.digest(),
          .files = message.files(),
          .size_kib = message.size_kib(),
          .replicas = message.replicas()};
}

v1::Requirements ToProto(const Requirements& requirements) {
  v1::Requirements message;
  message.set_architecture(requirements.architecture);
  message.set_gpus(requirements.gpus);
  message.set_disk_mib(requirements.disk_mib);
  for (const auto port : requirements.host_ports) message.add_host_ports(port);
  for (const auto& one : requirements.apart_from) message.add_apart_from(one);
  message.set_one_per_worker(requirements.one_per_worker);
  for (const auto& one : requirements.affinities) {
    auto& affinity = *message.add_affinities();
    affinity.set_label(one.label);
    affinity.set_value(one.value);
    affinity.set_weight(one.weight);
  }
  message.set_spread_by(requirements.spread_by);
  message.set_strategy(static_cast<v1::Requirements::Strategy>(requirements.strategy));
  message.set_singleton(requirements.singleton);
  return message;
}

Requirements FromProto(const v1::Requirements& message) {
  return {.architecture = message.architecture(),
          .gpus = message.gpus(),
          .disk_mib = message.disk_mib(),
          .host_ports = {message.host_ports().begin(), message.host_ports().end()},
          .apart_from = {message.apart_from().begin(), message.apart_from().end()},
          .one_per_worker = message.one_per_worker(),
          .affinities = MapAll<Affinity>(message.affinities(),
                                         [](const v1::Requirements::Affinity& one) {
                                           return Affinity{one.label(), one.value(), one.weight()};
                                         }),
          .spread_by = message.spread_by(),
          .strategy = static_cast<Strategy>(message.strategy()),
          .singleton = message.singleton()};
}

v1::InstanceSpec ToProto(const InstanceSpec& spec) {
  v1::InstanceSpec message;
  message.set_branch(spec.branch);
  message.set_template_(spec.template_name);
  message.mutable_environment()->insert(spec.environment.begin(), spec.environment.end());
  message.set_memory_mib(spec.memory_mib);
  message.set_cpus(spec.cpus);
  message.mutable_worker_labels()->insert(spec.worker_labels.begin(), spec.worker_labels.end());
  if (spec.requirements != Requirements{}) *message.mutable_requirements() = ToProto(spec.requirements);
  message.set_replicas(spec.replicas);
  message.set_on_each_worker(spec.on_each_worker);
  return message;
}

InstanceSpec FromProto(const v1::InstanceSpec& message) {
  return {.branch = message.branch().empty() ? "main" : message.branch(),
          .template_name = message.template_(),
          .environment = {message.environment().begin(), message.environment().end()},
          .memory_mib = message.memory_mib(),
          .cpus = message.cpus(),
          .worker_labels = {message.worker_labels().begin(), message.worker_labels().end()},
          .requirements = FromProto(message.requirements()),
          .replicas = message.replicas(),
          .on_each_worker = message.on_each_worker()};
}

v1::Placement ToProto(const Placement& placement) {
  v1::Placement message;
  message.set_worker(placement.worker);
  message.set_reason(ReasonOf(placement));
  for (const auto& one : placement.candidates) {
    auto& candidate = *message.add_candidates();
    candidate.set_worker(one.worker);
    candidate.set_feasible(one.feasible);
    candidate.set_score(one.score);
    candidate.set_load(one.load);
    for (const auto& reason : one.reasons) candidate.add_reasons(Said(reason));
  }
  *message.mutable_decided_at() = ToProto(placement.decided_at);
  message.set_refusals(RefusalsOf(placement));
  message.set_workers(placement.workers);
  message.set_revision(placement.revision);
  return message;
}

Placement FromProto(const v1::Placement& message) {
  Placement placement{.worker = message.worker(),
                      .decided_at = FromProto(message.decided_at()),
                      .workers = message.workers(),
                      .revision = message.revision(),
                      .told_reason = message.reason(),
                      .told_refusals = message.refusals()};
  for (const auto& one : message.candidates()) {
    auto& candidate = placement.candidates.emplace_back(Candidate{
        .worker = one.worker(), .feasible = one.feasible(), .score = one.score(), .load = one.load()});
    for (const auto& reason : one.reasons()) candidate.reasons.push_back({.about = reason});
  }
  return placement;
}

namespace {

v1::InstanceStatus::Member ToProto(const MemberStatus& member) {
  v1::InstanceStatus::Member message;
  message.set_id(member.id);
  message.set_ordinal(member.ordinal);
  message.set_worker(member.worker);
  message.set_address(member.address);
  message.set_phase(rpc::ToProto(member.phase));
  message.set_health(rpc::ToProto(member.health));
  message.set_release(member.release);
  return message;
}

MemberStatus FromProto(const v1::InstanceStatus::Member& message) {
  return {.id = message.id(),
          .ordinal = message.ordinal(),
          .worker = message.worker(),
          .address = message.address(),
          .phase = rpc::FromProto(message.phase()),
          .health = rpc::FromProto(message.health()),
          .release = message.release()};
}

}  // namespace

v1::InstanceStatus ToProto(const InstanceStatus& status) {
  v1::InstanceStatus message;
  message.set_desired(static_cast<v1::InstanceStatus::Desired>(status.desired));
  message.set_phase(ToProto(status.phase));
  message.set_health(ToProto(status.health));
  message.set_worker(status.worker);
  message.set_address(status.address);
  message.set_attempt(status.attempt);
  message.set_release(status.release);
  message.set_newest_release(status.newest_release);
  MapInto(status.endpoints, message.mutable_endpoints(), [](const Endpoint& one) { return ToProto(one); });
  MapInto(status.services, message.mutable_services(), [](const ServiceStatus& one) { return ToProto(one); });
  if (status.failure) *message.mutable_failure() = ToProto(*status.failure);
  message.set_operation(status.operation);
  if (status.placement) *message.mutable_placement() = ToProto(*status.placement);
  message.set_keeps_data(status.keeps_data);
  if (status.source.kind != SourceKind::kNone) *message.mutable_source() = ToProto(status.source);
  MapInto(status.members, message.mutable_members(), [](const MemberStatus& one) { return ToProto(one); });
  return message;
}

InstanceStatus FromProto(const v1::InstanceStatus& message) {
  InstanceStatus status;
  status.desired = static_cast<Target>(message.desired());
  status.phase = FromProto(message.phase());
  status.health = FromProto(message.health());
  status.worker = message.worker();
  status.address = message.address();
  status.attempt = message.attempt();
  status.release = message.release();
  status.newest_release = message.newest_release();
  status.endpoints =
      MapAll<Endpoint>(message.endpoints(), [](const v1::Endpoint& one) { return FromProto(one); });
  status.services =
      MapAll<ServiceStatus>(message.services(), [](const v1::ServiceStatus& one) { return FromProto(one); });
  if (message.has_failure()) status.failure = FromProto(message.failure());
  status.operation = message.operation();
  if (message.has_placement()) status.placement = FromProto(message.placement());
  status.source = FromProto(message.source());
  status.keeps_data = !message.has_keeps_data() || message.keeps_data();
  status.members = MapAll<MemberStatus>(message.members(),
                                        [](const v1::InstanceStatus::Member& one) { return FromProto(one); });
  return status;
}

v1::Instance ToProto(const Instance& instance) {
  v1::Instance message;
  message.set_id(instance.id);
  message.set_owner(instance.owner);
  message.set_project(instance.project);
  message.set_description(instance.description);
  message.mutable_annotations()->insert(instance.annotations.begin(), instance.annotations.end());
  *message.mutable_spec() = ToProto(instance.spec);
  *message.mutable_status() = ToProto(instance.status);
  message.set_revision(std::to_string(instance.revision));
  *message.mutable_created_at() = ToProto(instance.created_at);
  *message.mutable_updated_at() = ToProto(instance.updated_at);
  if (IsMember(instance.id)) message.set_member_of(SetOf(instance.id));
  return message;
}

Instance FromProto(const v1::Instance& message) {
  Instance instance;
  instance.id = message.id();
  instance.owner = message.owner();
  instance.project = message.project();
  instance.description = message.description();
  instance.annotations = {message.annotations().begin(), message.annotations().end()};
  instance.spec = FromProto(message.spec());
  instance.status = FromProto(message.status());
  instance.revision = RevisionOf(message.revision());
  instance.created_at = FromProto(message.created_at());
  instance.updated_at = FromProto(message.updated_at());
  return instance;
}

}  // namespace edm::rpc
