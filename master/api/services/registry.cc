#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "common/base/bytes.h"
#include "common/base/version.h"
#include "common/model/names.h"
#include "common/model/protocol.h"
#include "common/rpc/join_token.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"
#include "edm/v1/registry_service.pb.h"
#include "master/api/services/reply.h"
#include "master/api/services/token_text.h"
#include "master/core/enrolment.h"
#include "master/core/releases.h"

namespace edm::master {
namespace {

std::vector<Observation> Observations(const google::protobuf::RepeatedPtrField<v1::Observation>& messages) {
  return rpc::MapAll<Observation>(messages, [](const v1::Observation& one) { return rpc::FromProto(one); });
}

constexpr std::size_t kEnrolmentBytes = 8;
constexpr std::size_t kSessionBytes = 12;
constexpr int kUnsureMax = 100;  // instances of which one beat may ask what is kept

rpc::Validity LifeFrom(const State& state, WallTime now) {
  return {now, now + state.settings.certificate_life};
}

struct Admission {
  UseToken use;
  std::string certificate;
};

Result<Admission> Admit(const ServiceParts& parts, const v1::JoinRequest& request) {
  EDM_TRY(const auto token, rpc::ParseJoinToken(request.token()));
  EDM_CHECK(CheckWorkerId(request.worker()));
  const auto view = parts.cluster.View();
  const auto now = parts.clock.Now();
  EDM_TRY(const auto record,
          OpenToken(*view, parts.secrets, token.id, token.secret, TokenKind::kWorker, now));
  EDM_CHECK(CheckEnrolment(*view, *record, request.worker()));
  const auto life = LifeFrom(*view, now);
  UseToken use{record->id, request.worker(), ToHex(parts.entropy.Bytes(kEnrolmentBytes)), life.until};
  EDM_TRY(auto certificate,
          parts.authority.SignWorker(request.certificate_request(), {use.worker, use.enrolment}, life));
  return Admission{std::move(use), std::move(certificate)};
}

void OnJoin(const ServiceParts& parts, const CallPointer& call, const v1::JoinRequest& request) {
  auto admission = Admit(parts, request);
  if (!admission.ok()) return call->Finish(admission.error());
  parts.cluster.Submit(admission->use, [call, certificate = admission->certificate,
                                        &authority = parts.authority](const Result<Accepted>& accepted) {
    if (!accepted.ok()) return call->Finish(accepted.error());
    v1::JoinResponse response;
    response.set_certificate(certificate);
    response.set_ca(authority.certificate());
    Reply(*call, response);
  });
}

void OnRenew(const ServiceParts& parts, const CallPointer& call, const v1::RenewRequest& request) {
  const auto& caller = call->caller();
  const auto life = LifeFrom(*parts.cluster.View(), parts.clock.Now());
  auto certificate =
      parts.authority.SignWorker(request.certificate_request(), {caller.name, caller.enrolment}, life);
  if (!certificate.ok()) return call->Finish(certificate.error());
  parts.cluster.Report(
      CertificateRenewed{caller.name, caller.enrolment, life.until},
      [call, certificate = std::move(certificate).value()](const Result<Accepted>& accepted) {
        if (!accepted.ok()) return call->Finish(accepted.error());
        v1::RenewResponse response;
        response.set_certificate(certificate);
        Reply(*call, response);
      });
}

Status CheckRegistration(const rpc::Caller& caller, const v1::RegisterRequest& request) {
  const auto& worker = request.worker();
  if (worker.id() != caller.name) {
    return Error{Code::kPermissionDenied,
                 "worker " + Shown(worker.id()),
                 "the certificate is of worker " + caller.name,
                 {},
                 "register under the id it joined with"};
  }
  if (worker.rpc_address().empty() || worker.public_address().empty()) {
    return Error{Code::kInvalidArgument,
                 "worker " + worker.id(),
                 "it does not say where it is reached",
                 {},
                 "set rpc_address and public_address"};
  }
  return Ok();
}

// One that says nothing of its oldest speaks the one form alone.
ProtocolRange SpokenBy(const v1::RegisterRequest& request) {
  const auto oldest = request.protocol_oldest();
  return {oldest == 0 ? request.protocol() : oldest, request.protocol()};
}

void OnRegister(const ServiceParts& parts, const CallPointer& call, const v1::RegisterRequest& request) {
  if (auto good = CheckRegistration(call->caller(), request); !good.ok()) return call->Finish(good);
  WorkerRegistered report;
  report.facts = rpc::FromProto(request.worker());
  const auto agreed = Agree(SpokenBy(ThisVersion()), SpokenBy(request));
  report.protocol = agreed.value_or(request.protocol());  // the latter is refused
  report.session = ToHex(parts.entropy.Bytes(kSessionBytes));
  report.observations = Observations(request.observations());
  report.enrolment = call->caller().enrolment;
  const auto session = report.session;
  parts.cluster.Report(std::move(report), [call, session, agreed, &cluster = parts.cluster,
                                           &clock = parts.clock](const Result<Accepted>& accepted) {
    if (!accepted.ok()) return call->Finish(accepted.error());
    const auto view = cluster.View();
    v1::RegisterResponse response;
    response.set_session(session);
    response.set_epoch(view->epoch);
    response.set_protocol(agreed.value_or(0));
    *response.mutable_beat_interval() = rpc::ToProto(view->settings.beat_interval);
    *response.mutable_fence_after() = rpc::ToProto(view->settings.fence_after);
    *response.mutable_time() = rpc::ToProto(clock.Now());
    Reply(*call, response);
  });
}

void OnHeartbeat(const ServiceParts& parts, const CallPointer& call, const v1::HeartbeatRequest& request) {
  WorkerBeat report{call->caller().name, request.session(), rpc::FromProto(request.load()),
                    Observations(request.changed())};
  const auto most = std::min(request.unsure_size(), kUnsureMax);
  std::vector<std::string> unsure(request.unsure().begin(), request.unsure().begin() + most);
  parts.cluster.Report(std::move(report), [call, unsure = std::move(unsure),
                                           &cluster = parts.cluster](const Result<Accepted>& accepted) {
    if (!accepted.ok()) return call->Finish(accepted.error());
    v1::HeartbeatResponse response;
    const auto view = cluster.View();
    response.set_epoch(view->epoch);
    *response.mutable_fence_after() = rpc::ToProto(view->settings.fence_after);
    for (const auto& [instance, releases] : SettledReleases(*view, unsure)) {
      auto& kept = *response.add_kept();
      kept.set_instance(instance);
      kept.mutable_releases()->Add(releases.begin(), releases.end());
    }
    Reply(*call, response);
  });
}

void OnPublish(const ServiceParts& parts, const CallPointer& call, const v1::PublishRequest& request) {
  if (auto good = CheckInstanceName(request.instance()); !good.ok()) return call->Finish(good);
  if (!request.has_address()) return Reply(*call, google::protobuf::Empty());
  parts.cluster.Report(AddressPublished{call->caller().name, request.instance(), request.address()},
                       [call](const Result<Accepted>& accepted) {
                         if (!accepted.ok()) return call->Finish(accepted.error());
                         Reply(*call, google::protobuf::Empty());
                       });
}

}  // namespace

void RegisterRegistry(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::JoinRequest>("edm.v1.Registry/Join",
                            [parts](CallPointer call, const auto& request) { OnJoin(parts, call, request); });
  table.On<v1::RenewRequest>("edm.v1.Registry/Renew", [parts](CallPointer call, const auto& request) {
    OnRenew(parts, call, request);
  });
  table.On<v1::RegisterRequest>("edm.v1.Registry/Register", [parts](CallPointer call, const auto& request) {
    OnRegister(parts, call, request);
  });
  table.On<v1::HeartbeatRequest>("edm.v1.Registry/Heartbeat", [parts](CallPointer call, const auto& request) {
    OnHeartbeat(parts, call, request);
  });
  table.On<v1::PublishRequest>("edm.v1.Registry/Publish", [parts](CallPointer call, const auto& request) {
    OnPublish(parts, call, request);
  });
}

}  // namespace edm::master
