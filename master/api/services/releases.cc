#include <map>
#include <mutex>
#include <optional>

#include "common/rpc/mapping/release.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"
#include "master/core/members.h"

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

// What all members of a set have; the last answer finishes the call. Any thread.
class MembersFootprint {
 public:
  MembersFootprint(CallPointer call, std::size_t members, std::uint32_t releases)
      : call_(std::move(call)), releases_(releases), missing_(members) {}

  void Take(const Result<Footprint>& answer) {
    const std::lock_guard lock(mutex_);
    if (answer.ok()) {
      Add(*answer);
    } else if (!failure_) {
      failure_ = answer.error();
    }
    if (--missing_ > 0) return;
    if (failure_) return call_->Finish(*failure_);
    Reply(*call_, ToProto(sum_, releases_));
  }

 private:
  void Add(const Footprint& one) {
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(sum_.containers, one.containers);
    append(sum_.networks, one.networks);
    append(sum_.volumes, one.volumes);
    append(sum_.images, one.images);
    if (one.images_kib) sum_.images_kib = sum_.images_kib.value_or(0) + *one.images_kib;
  }

  const CallPointer call_;
  const std::uint32_t releases_;
  std::mutex mutex_;
  std::size_t missing_;           // guarded by mutex_
  Footprint sum_;                 // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
};

void AskMembers(const ServiceParts& parts, const CallPointer& call, const State& view, const std::string& set,
                std::uint32_t releases) {
  std::map<std::string, WorkerAddress> members;
  for (const auto& member : MembersOf(view, set)) {
    const auto& id = member->instance.id;
    if (member->instance.status.worker.empty()) continue;
    const auto worker = HolderAddress(view, id);
    if (!worker.ok()) return call->Finish(worker.error());
    members.emplace(id, *worker);
  }
  if (members.empty()) return Reply(*call, ToProto(Footprint{}, releases));
  const auto sum = std::make_shared<MembersFootprint>(call, members.size(), releases);
  for (const auto& [id, worker] : members)
    parts.workers.GetFootprint(worker, id, [sum](const auto& answer) { sum->Take(answer); });
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
    if (IsSet((*record)->instance)) return AskMembers(parts, call, *view, request.id(), releases);
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
