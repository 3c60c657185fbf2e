#include "common/rpc/mapping/release.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

v1::Footprint ToProto(const Footprint& footprint, std::uint32_t releases) {
  v1::Footprint message;
  for (const auto& one : footprint.containers) message.add_containers(one);
  for (const auto& one : footprint.networks) message.add_networks(one);
  for (const auto& one : footprint.images) message.add_images(one);
  for (const auto& one : footprint.volumes) {
    auto* volume = message.add_volumes();
    volume->set_name(one.name);
    if (one.size_kib) volume->set_size_kib(*one.size_kib);
  }
  if (footprint.images_kib) message.set_images_kib(*footprint.images_kib);
  message.set_releases(releases);
  message.set_repo(true);
  return message;
}

}  // namespace

void RegisterReleases(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::ListReleasesRequest>("edm.v1.Master/ListReleases",
                                    [parts](CallPointer call, const auto& request) {
                                      const auto view = parts.cluster.View();
                                      const auto record = FindInstance(*view, request.id());
                                      if (!record.ok()) return call->Finish(record.error());
                                      v1::ListReleasesResponse response;
                                      const auto releases = ReleasesOf(*view, request.id());
                                      for (auto at = releases.rbegin(); at != releases.rend(); ++at)
                                        *response.add_releases() = rpc::ToProto(**at);
                                      Reply(*call, response);
                                    });
  table.On<v1::GetFootprintRequest>("edm.v1.Master/GetFootprint", [parts](CallPointer call,
                                                                          const auto& request) {
    const auto view = parts.cluster.View();
    const auto record = FindInstance(*view, request.id());
    if (!record.ok()) return call->Finish(record.error());
    const auto releases = static_cast<std::uint32_t>(ReleasesOf(*view, request.id()).size());
    if ((*record)->instance.status.worker.empty()) return Reply(*call, ToProto(Footprint{}, releases));
    const auto worker = HolderAddress(*view, request.id());
    if (!worker.ok()) return call->Finish(worker.error());
    parts.workers.GetFootprint(*worker, request.id(), [call, releases](const Result<Footprint>& footprint) {
      if (!footprint.ok()) return call->Finish(footprint.error());
      Reply(*call, ToProto(*footprint, releases));
    });
  });
}

}  // namespace edm::master
