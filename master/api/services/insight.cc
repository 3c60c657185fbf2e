#include <google/protobuf/empty.pb.h>

#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

v1::WorkerLoad ToProto(const WorkerRecord& worker, const std::vector<LoadPoint>& points) {
  v1::WorkerLoad message;
  message.set_worker(worker.facts.id);
  message.set_interval_s(static_cast<std::uint32_t>(LoadHistory::kInterval / Millis(1'000)));
  if (worker.load) {
    message.set_memory_total_mib(worker.load->memory_total_mib);
    message.set_disk_total_mib(worker.load->disk_total_mib);
  }
  for (const auto& one : points) {
    auto* point = message.add_points();
    *point->mutable_began_at() = rpc::ToProto(one.began);
    point->set_cpu(one.cpu);
    point->set_cpu_max(one.cpu_max);
    point->set_memory_available_mib(one.memory_available_mib);
    point->set_disk_free_mib(one.disk_free_mib);
    point->set_running(one.running);
    point->set_building(one.building);
  }
  return message;
}

v1::MasterStatus ToProto(const SelfFacts& self) {
  v1::MasterStatus message;
  message.set_store(self.store);
  if (self.trouble) *message.mutable_trouble() = rpc::ToProto(*self.trouble);
  message.set_disk_free_mib(self.disk_free_mib);
  message.set_disk_total_mib(self.disk_total_mib);
  message.set_disk_reserve_mib(self.disk_reserve_mib);
  if (self.certificate_ends_at)
    *message.mutable_certificate_ends_at() = rpc::ToProto(*self.certificate_ends_at);
  if (self.ca_ends_at) *message.mutable_ca_ends_at() = rpc::ToProto(*self.ca_ends_at);
  *message.mutable_started_at() = rpc::ToProto(self.started_at);
  message.set_inputs_queued(static_cast<std::uint32_t>(self.inputs_queued));
  return message;
}

}  // namespace

void RegisterInsight(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::GetWorkerLoadRequest>(
      "edm.v1.Master/GetWorkerLoad", [parts](CallPointer call, const auto& request) {
        if (auto good = CheckWorkerId(request.id()); !good.ok()) return call->Finish(good);
        const auto view = parts.cluster.View();
        const auto worker = view->workers.Find(request.id());
        if (worker == nullptr)
          return call->Finish(NoSuch("worker", request.id(), view->workers, "edmctl worker ls"));
        Reply(*call, ToProto(*worker, parts.insight.load_of(request.id())));
      });
  table.On<google::protobuf::Empty>("edm.v1.Master/GetStatus", [parts](CallPointer call, const auto&) {
    const auto view = parts.cluster.View();
    auto message = ToProto(parts.insight.self());
    message.set_version(parts.build.version);
    message.set_epoch(view->epoch);
    *message.mutable_now() = rpc::ToProto(parts.clock.Now());
    message.set_operations_open(static_cast<std::uint32_t>(view->open.size()));
    message.set_operations_open_max(kOpenOperationsMax);
    Reply(*call, message);
  });
}

}  // namespace edm::master
