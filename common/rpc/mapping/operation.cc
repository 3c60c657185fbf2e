#include "common/rpc/mapping/operation.h"

#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {

v1::Operation ToProto(const Operation& operation) {
  v1::Operation message;
  message.set_id(operation.id);
  message.set_instance(operation.instance);
  message.set_kind(static_cast<v1::Operation::Kind>(operation.kind));
  message.set_state(static_cast<v1::Operation::State>(operation.state));
  MapInto(operation.steps, message.mutable_steps(), [](const Step& one) { return ToProto(one); });
  if (operation.failure) *message.mutable_failure() = ToProto(*operation.failure);
  message.set_request_id(operation.request_id);
  message.set_actor(operation.actor);
  message.set_release(operation.release);
  message.set_restored_release(operation.restored_release);
  message.set_still_serves(operation.still_serves);
  MapInto(operation.endpoints, message.mutable_endpoints(), [](const Endpoint& one) { return ToProto(one); });
  for (const auto& warning : operation.warnings) message.add_warnings(warning);
  message.set_plan_difference(operation.plan_difference);
  message.set_superseded_by(operation.superseded_by);
  message.set_part_of(operation.part_of);
  *message.mutable_created_at() = ToProto(operation.created_at);
  if (operation.ended_at) *message.mutable_ended_at() = ToProto(*operation.ended_at);
  *message.mutable_deadline() = ToProto(operation.deadline);
  return message;
}

Operation FromProto(const v1::Operation& message) {
  Operation operation;
  operation.id = message.id();
  operation.instance = message.instance();
  operation.kind = static_cast<OperationKind>(message.kind());
  operation.state = static_cast<OperationState>(message.state());
  operation.steps = MapAll<Step>(message.steps(), [](const v1::Step& one) { return FromProto(one); });
  if (message.has_failure()) operation.failure = FromProto(message.failure());
  operation.request_id = message.request_id();
  operation.actor = message.actor();
  operation.release = message.release();
  operation.restored_release = message.restored_release();
  operation.still_serves = message.still_serves();
  operation.endpoints =
      MapAll<Endpoint>(message.endpoints(), [](const v1::Endpoint& one) { return FromProto(one); });
  operation.warnings = {message.warnings().begin(), message.warnings().end()};
  operation.plan_difference = message.plan_difference();
  operation.superseded_by = message.superseded_by();
  operation.part_of = message.part_of();
  operation.created_at = FromProto(message.created_at());
  if (message.has_ended_at()) operation.ended_at = FromProto(message.ended_at());
  operation.deadline = FromProto(message.deadline());
  return operation;
}

}  // namespace edm::rpc
