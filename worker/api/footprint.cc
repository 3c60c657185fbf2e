#include <algorithm>
#include <limits>

#include "common/base/size_units.h"
#include "common/model/names.h"
#include "common/model/trial_name.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"

namespace edm::worker {
namespace {

constexpr Millis kSizesDeadline{3'000};  // the master waits 5 s for the answer; a size is worth no more

std::uint32_t ToKib(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>((bytes + kKibibyte - 1) / kKibibyte,
                                                            std::numeric_limits<std::uint32_t>::max()));
}

std::string NameOf(const Footprint::Object& object) { return object.name.empty() ? object.id : object.name; }

void AddVolumes(const AgentParts& parts, const std::vector<Footprint::Object>& volumes,
                const std::string& instance, v1::Footprint& footprint) {
  std::vector<std::string> names;
  for (const auto& one : volumes) {
    if (InstanceOf(one.instance) == instance) names.push_back(NameOf(one));
  }
  if (names.empty()) return;
  // Without its size a volume is still named: what goes is known.
  const auto sizes = parts.runtime.VolumeSizes(kSizesDeadline);
  for (const auto& name : names) {
    auto* volume = footprint.add_volumes();
    volume->set_name(name);
    if (sizes.ok() && sizes->contains(name)) volume->set_size_kib(ToKib(sizes->at(name)));
  }
}

void AddImages(const std::vector<Footprint::Object>& images, const std::string& instance,
               v1::Footprint& footprint) {
  std::uint64_t bytes = 0;
  for (const auto& one : images) {
    if (one.instance != instance) continue;
    footprint.add_images(NameOf(one));
    bytes += one.size_bytes.value_or(0);
  }
  footprint.set_images_kib(ToKib(bytes));
}

Result<v1::Footprint> Look(const AgentParts& parts, const std::string& instance) {
  EDM_CHECK(CheckInstanceName(instance));
  EDM_TRY(const auto everything, parts.runtime.Everything());
  EDM_TRY(const auto releases, parts.files.Releases(instance));
  v1::Footprint footprint;
  for (const auto& one : everything.containers) {
    if (InstanceOf(one.instance) == instance) footprint.add_containers(one.name);
  }
  for (const auto& one : everything.networks) {
    if (InstanceOf(one.instance) == instance) footprint.add_networks(NameOf(one));
  }
  AddVolumes(parts, everything.volumes, instance, footprint);
  AddImages(everything.images, instance, footprint);
  footprint.set_releases(static_cast<std::uint32_t>(releases.size()));
  return footprint;
}

}  // namespace

void RegisterFootprint(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::GetFootprintRequest>(
      "edm.v1.WorkerAgent/GetFootprint",
      [parts](std::shared_ptr<rpc::ServerCall> call, const v1::GetFootprintRequest& request) {
        RunOrRefuse(parts.pool, call, [parts, call, id = request.id()] {
          auto footprint = Look(parts, id);
          if (!footprint.ok()) return call->Finish(std::move(footprint).error());
          call->Send(*footprint);
          call->Finish(Ok());
        });
      });
}

}  // namespace edm::worker
