#include "worker/adapters/master/grpc_master_link.h"

#include <algorithm>

#include "common/model/protocol.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"
#include "worker/adapters/master/registry.h"

namespace edm::worker {
namespace {

// Whatever a master asks for: no busier than this, and no rarer.
constexpr Millis kBeatMin{100};
constexpr Millis kBeatMax{30'000};

// A master of before such answers says 0 and speaks the first form alone.
Status CheckAnswer(ProtocolRange spoken, std::uint32_t answered) {
  const auto agreed = std::max(answered, 1U);
  if (Agree(spoken, {agreed, agreed})) return Ok();
  return Error{Code::kFailedPrecondition,
               "master",
               "it speaks protocol " + std::to_string(agreed) + ", this worker " + ToString(spoken),
               {},
               agreed < spoken.oldest ? "upgrade edm-master" : "upgrade edm-worker"};
}

v1::Observation Map(const Observation& observation) { return rpc::ToProto(observation); }

}  // namespace

Result<Registration> GrpcMasterLink::Register(const WorkerFacts& facts,
                                              const std::vector<Observation>& observations) {
  v1::RegisterRequest request;
  *request.mutable_worker() = rpc::ToProto(facts);
  const auto spoken = SpokenBy(ThisVersion());
  request.set_protocol(spoken.newest);
  request.set_protocol_oldest(spoken.oldest);
  rpc::MapInto(observations, request.mutable_observations(), Map);
  EDM_TRY(const auto response, registry_->Call(&v1::Registry::Stub::Register, request));
  EDM_CHECK(CheckAnswer(spoken, response.protocol()));
  Registration registration{
      .session = response.session(),
      .epoch = response.epoch(),
      .beat_interval = std::clamp(rpc::FromProto(response.beat_interval()), kBeatMin, kBeatMax)};
  if (response.has_fence_after()) registration.fence_after = rpc::FromProto(response.fence_after());
  if (response.has_time()) registration.time = rpc::FromProto(response.time());
  return registration;
}

Result<BeatAnswer> GrpcMasterLink::Heartbeat(const std::string& session, const Load& load,
                                             const std::vector<Observation>& changed,
                                             const std::vector<std::string>& unsure) {
  v1::HeartbeatRequest request;
  request.set_session(session);
  *request.mutable_load() = rpc::ToProto(load);
  rpc::MapInto(changed, request.mutable_changed(), Map);
  request.mutable_unsure()->Add(unsure.begin(), unsure.end());
  EDM_TRY(const auto response, registry_->Call(&v1::Registry::Stub::Heartbeat, request));
  BeatAnswer answer{.epoch = response.epoch()};
  if (response.has_fence_after()) answer.fence_after = rpc::FromProto(response.fence_after());
  for (const auto& one : response.kept())
    answer.kept[one.instance()] = {one.releases().begin(), one.releases().end()};
  return answer;
}

}  // namespace edm::worker
