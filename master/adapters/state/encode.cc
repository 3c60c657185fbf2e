#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/instance.h"
#include "common/rpc/mapping/operation.h"
#include "common/rpc/mapping/order.h"
#include "common/rpc/mapping/release.h"
#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"
#include "edm/v1/state.pb.h"
#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"

namespace edm::master {
namespace {

using rpc::ToProto;

std::string EncodeSpec(const InstanceRecord& record, const Sealer& sealer) {
  v1::StoredSpec message;
  auto visible = record.instance;
  visible.status = {};
  visible.spec.environment.clear();
  *message.mutable_instance() = ToProto(visible);
  message.mutable_instance()->clear_status();
  if (!record.instance.spec.environment.empty()) {
    v1::InstanceSpec secret;
    secret.mutable_environment()->insert(record.instance.spec.environment.begin(),
                                         record.instance.spec.environment.end());
    message.set_sealed_environment(sealer.Seal(secret.SerializeAsString()));
  }
  return message.SerializeAsString();
}

std::string EncodeStatus(const InstanceRecord& record) {
  v1::StoredStatus message;
  *message.mutable_status() = ToProto(record.instance.status);
  message.set_attempts(record.attempts);
  message.set_releases(record.releases);
  message.set_tried_release(record.tried_release);
  return message.SerializeAsString();
}

v1::StoredOperation::Move MoveToProto(const MovePlan& move) {
  v1::StoredOperation::Move message;
  message.set_leg(static_cast<std::uint32_t>(move.leg));
  message.set_from(move.from);
  message.set_to(move.to);
  message.set_gives_up_data(move.gives_up_data);
  for (const auto& image : move.images) *message.add_images() = ToProto(image);
  if (move.ends_as) message.set_ends_as(static_cast<std::uint32_t>(*move.ends_as));
  message.set_was_left(move.was_left);
  return message;
}

v1::StoredOperation::Rollout RolloutToProto(const Rollout& rollout) {
  v1::StoredOperation::Rollout message;
  message.set_at_once(rollout.at_once);
  for (const auto& one : rollout.parts) {
    auto& part = *message.add_parts();
    part.set_member(one.member);
    part.set_kind(static_cast<v1::Operation::Kind>(one.kind));
    part.set_operation(one.operation);
  }
  return message;
}

v1::StoredOperation::Plan PlanToProto(const OperationPlan& plan) {
  v1::StoredOperation::Plan message;
  message.set_stage(static_cast<std::uint32_t>(plan.stage));
  message.set_until(static_cast<v1::Until::Value>(plan.until));
  message.set_no_cache(plan.no_cache);
  message.set_keep_volumes(plan.keep_volumes);
  message.set_ref(plan.ref);
  message.set_git_url(plan.git_url);
  *message.mutable_source() = ToProto(plan.source);
  if (plan.push) {
    message.mutable_push()->set_branch(plan.push->branch);
    message.mutable_push()->set_from(plan.push->from);
    message.mutable_push()->set_to(plan.push->to);
  }
  message.set_cancel_requested(plan.cancel_requested);
  message.set_made_instance(plan.made_instance);
  if (plan.undoes_as) message.set_undoes_as(static_cast<std::uint32_t>(*plan.undoes_as));
  message.mutable_rejected_by()->insert(plan.rejected_by.begin(), plan.rejected_by.end());
  if (plan.move) *message.mutable_move() = MoveToProto(*plan.move);
  message.set_plan_revision(plan.plan_revision);
  message.set_require_plan(plan.require_plan);
  if (plan.rollout) *message.mutable_rollout() = RolloutToProto(*plan.rollout);
  return message;
}

std::string EncodeOne(const OperationRecord& record) {
  v1::StoredOperation message;
  *message.mutable_operation() = ToProto(record.operation);
  message.set_request_digest(record.request_digest);
  message.set_attempt(record.attempt);
  message.set_worker(record.worker);
  if (record.attempt != 0)
    message.set_order(ToProto(rpc::WithoutCredentials(record.order)).SerializeAsString());
  message.set_worker_cursor(record.worker_cursor);
  message.set_placement_note(record.placement_note);
  *message.mutable_plan() = PlanToProto(record.plan);
  return message.SerializeAsString();
}

std::string EncodeOne(const Release& release) { return ToProto(release).SerializeAsString(); }

std::string EncodeOne(const WorkerRecord& record) {
  v1::StoredWorker message;
  *message.mutable_worker() = ToProto(record.facts);
  message.mutable_worker()->set_state(static_cast<v1::Worker::State>(record.state));
  message.mutable_worker()->set_availability(static_cast<v1::Worker::Availability>(record.availability));
  *message.mutable_worker()->mutable_joined_at() = ToProto(record.joined_at);
  // What the worker says of itself may be of one that it has renewed since.
  if (record.certificate_ends)
    *message.mutable_worker()->mutable_certificate_ends_at() = ToProto(*record.certificate_ends);
  message.set_enrolment(record.enrolment);
  message.set_revision(record.revision);
  message.mutable_labels()->insert(record.given_labels.begin(), record.given_labels.end());
  return message.SerializeAsString();
}

std::string EncodeOne(const TokenRecord& record) {
  v1::StoredToken message;
  auto& token = *message.mutable_token();
  token.set_id(record.id);
  token.set_name(record.name);
  token.set_kind(static_cast<v1::Token::Kind>(record.kind));
  *token.mutable_created_at() = ToProto(record.created_at);
  if (record.expires_at) *token.mutable_expires_at() = ToProto(*record.expires_at);
  if (record.used_at) *token.mutable_used_at() = ToProto(*record.used_at);
  message.set_hash(record.hash);
  return message.SerializeAsString();
}

std::string EncodeOne(const RequestRecord& record) {
  v1::StoredRequest message;
  message.set_request_digest(record.digest);
  message.set_operation(record.operation);
  message.set_instance(record.instance);
  message.set_token(record.token);
  *message.mutable_expires_at() = ToProto(record.expires_at);
  message.set_commit(record.commit);
  return message.SerializeAsString();
}

std::string_view PrefixOf(const Stored<OperationRecord>&) { return keys::kOperations; }
std::string_view PrefixOf(const Stored<Release>&) { return keys::kReleases; }
std::string_view PrefixOf(const Stored<WorkerRecord>&) { return keys::kWorkers; }
std::string_view PrefixOf(const Stored<TokenRecord>&) { return keys::kTokens; }
std::string_view PrefixOf(const Stored<RequestRecord>&) { return keys::kRequests; }

struct Encoder {
  const Sealer& sealer;

  KvOp operator()(const StoredSpec& it) const {
    if (!it.record) return {KvOp::Kind::kDelete, keys::Spec(it.key), "", {}};
    return {KvOp::Kind::kPut, keys::Spec(it.key), EncodeSpec(*it.record, sealer), {}};
  }
  KvOp operator()(const StoredStatus& it) const {
    if (!it.record) return {KvOp::Kind::kDelete, keys::Status(it.key), "", {}};
    return {KvOp::Kind::kPut, keys::Status(it.key), EncodeStatus(*it.record), {}};
  }
  KvOp operator()(const StoredAddress& it) const {
    if (it.address.empty()) return {KvOp::Kind::kDelete, keys::Address(it.instance), "", {}};
    return {KvOp::Kind::kPut, keys::Address(it.instance), it.address, {}};
  }
  template <class Record>
  KvOp operator()(const Stored<Record>& it) const {
    const auto key = keys::Of(PrefixOf(it), it.key);
    if (!it.record) return {KvOp::Kind::kDelete, key, "", {}};
    return {KvOp::Kind::kPut, key, EncodeOne(*it.record), {}};
  }
};

}  // namespace

KvOp Encode(const Change& change, const Sealer& sealer) { return std::visit(Encoder{sealer}, change); }

}  // namespace edm::master
