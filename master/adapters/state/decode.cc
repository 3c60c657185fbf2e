#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/instance.h"
#include "common/rpc/mapping/operation.h"
#include "common/rpc/mapping/order.h"
#include "common/rpc/mapping/release.h"
#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"
#include "edm/v1/state.pb.h"
#include "master/adapters/state/codec.h"

namespace edm::master {
namespace {

using rpc::FromProto;

template <class Message>
Result<Message> Parse(const KvEntry& entry) {
  Message message;
  if (message.ParseFromString(entry.value)) return message;
  return Error{Code::kDataLoss,
               "key " + entry.key,
               "its value is no record of edm",
               {},
               "restore the store from a backup, or remove that key"};
}

MovePlan MoveFromProto(const v1::StoredOperation::Move& message) {
  MovePlan move{.leg = static_cast<Leg>(message.leg()),
                .from = message.from(),
                .to = message.to(),
                .gives_up_data = message.gives_up_data(),
                .was_left = message.was_left()};
  for (const auto& image : message.images()) move.images.push_back(FromProto(image));
  if (message.ends_as() != 0) move.ends_as = static_cast<OperationState>(message.ends_as());
  return move;
}

Rollout RolloutFromProto(const v1::StoredOperation::Rollout& message) {
  Rollout rollout{.at_once = message.at_once()};
  for (const auto& one : message.parts())
    rollout.parts.push_back({one.member(), static_cast<OperationKind>(one.kind()), one.operation()});
  return rollout;
}

OperationPlan PlanFromProto(const v1::StoredOperation::Plan& message) {
  OperationPlan plan;
  plan.stage = static_cast<Stage>(message.stage());
  plan.until = static_cast<Until>(message.until());
  plan.no_cache = message.no_cache();
  plan.keep_volumes = message.keep_volumes();
  plan.ref = message.ref();
  plan.git_url = message.git_url();
  plan.source = FromProto(message.source());
  if (message.has_push())
    plan.push = PendingPush{message.push().branch(), message.push().from(), message.push().to()};
  plan.cancel_requested = message.cancel_requested();
  plan.made_instance = message.made_instance();
  if (message.undoes_as() != 0) plan.undoes_as = static_cast<OperationState>(message.undoes_as());
  plan.rejected_by = {message.rejected_by().begin(), message.rejected_by().end()};
  if (message.has_move()) plan.move = MoveFromProto(message.move());
  plan.plan_revision = message.plan_revision();
  plan.require_plan = message.require_plan();
  if (message.has_rollout()) plan.rollout = RolloutFromProto(message.rollout());
  return plan;
}

}  // namespace

Result<InstanceRecord> DecodeSpec(const KvEntry& entry, const Sealer& sealer) {
  EDM_TRY(const auto message, Parse<v1::StoredSpec>(entry));
  InstanceRecord record;
  record.instance = FromProto(message.instance());
  if (!message.sealed_environment().empty()) {
    auto plain = sealer.Unseal(message.sealed_environment());
    if (!plain.ok()) return About(std::move(plain).error(), "key " + entry.key);
    v1::InstanceSpec secret;
    secret.ParseFromString(*plain);
    record.instance.spec.environment = {secret.environment().begin(), secret.environment().end()};
  }
  return record;
}

Status DecodeStatus(const KvEntry& entry, InstanceRecord& into) {
  EDM_TRY(const auto message, Parse<v1::StoredStatus>(entry));
  into.instance.status = FromProto(message.status());
  into.attempts = message.attempts();
  into.releases = message.releases();
  into.tried_release = message.tried_release();
  return Ok();
}

Result<OperationRecord> DecodeOperation(const KvEntry& entry) {
  EDM_TRY(const auto message, Parse<v1::StoredOperation>(entry));
  OperationRecord record;
  record.operation = FromProto(message.operation());
  record.request_digest = message.request_digest();
  record.attempt = message.attempt();
  record.worker = message.worker();
  record.worker_cursor = message.worker_cursor();
  record.placement_note = message.placement_note();
  record.plan = PlanFromProto(message.plan());
  if (!message.order().empty()) {
    v1::Order order;
    order.ParseFromString(message.order());
    auto decoded = FromProto(order);
    if (!decoded.ok())
      return Error{Code::kDataLoss, "key " + entry.key, ToString(decoded.error()), {}, "remove that key"};
    record.order = std::move(decoded).value();
  }
  return record;
}

Result<Release> DecodeRelease(const KvEntry& entry) {
  EDM_TRY(const auto message, Parse<v1::Release>(entry));
  return FromProto(message);
}

Result<WorkerRecord> DecodeWorker(const KvEntry& entry) {
  EDM_TRY(const auto message, Parse<v1::StoredWorker>(entry));
  WorkerRecord record;
  record.facts = FromProto(message.worker());
  record.joined_at = FromProto(message.worker().joined_at());
  record.enrolment = message.enrolment();
  if (message.worker().has_certificate_ends_at())
    record.certificate_ends = FromProto(message.worker().certificate_ends_at());
  record.revision = message.revision();
  record.availability = static_cast<Availability>(message.worker().availability());
  record.given_labels = {message.labels().begin(), message.labels().end()};
  record.state = WorkerState::kJoining;
  return record;
}

Result<TokenRecord> DecodeToken(const KvEntry& entry) {
  EDM_TRY(const auto message, Parse<v1::StoredToken>(entry));
  const auto& token = message.token();
  TokenRecord record;
  record.id = token.id();
  record.name = token.name();
  record.kind = static_cast<TokenKind>(token.kind());
  record.created_at = FromProto(token.created_at());
  if (token.has_expires_at()) record.expires_at = FromProto(token.expires_at());
  if (token.has_used_at()) record.used_at = FromProto(token.used_at());
  record.hash = message.hash();
  return record;
}

Result<RequestRecord> DecodeRequest(const KvEntry& entry) {
  EDM_TRY(const auto message, Parse<v1::StoredRequest>(entry));
  return RequestRecord{
      message.request_digest(),        message.operation(), message.instance(), message.token(),
      FromProto(message.expires_at()), message.commit()};
}

}  // namespace edm::master
