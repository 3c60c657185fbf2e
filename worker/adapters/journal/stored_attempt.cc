#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/order.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"
#include "worker/adapters/journal/stored.h"

namespace edm::worker {

v1::StoredAttempt ToStored(const AttemptRecord& record) {
  v1::StoredAttempt stored;
  *stored.mutable_order() = rpc::ToProto(record.order);
  stored.set_phase(rpc::ToProto(record.phase));
  if (record.end) *stored.mutable_end() = rpc::ToProto(*record.end);
  stored.set_course(static_cast<std::uint32_t>(record.course));
  stored.set_done(static_cast<std::uint32_t>(record.done));
  if (record.failure) *stored.mutable_failure() = rpc::ToProto(*record.failure);
  stored.set_failed_as(rpc::ToProto(record.failed_as));
  stored.set_restored_release(record.restored_release);
  *stored.mutable_built() = rpc::ToProto(record.built);
  rpc::MapInto(record.services, stored.mutable_services(),
               [](const ServiceStatus& s) { return rpc::ToProto(s); });
  if (record.trial_took) stored.set_trial_took_ms(static_cast<std::uint32_t>(record.trial_took->count()));
  if (record.ended_at) *stored.mutable_ended_at() = rpc::ToProto(*record.ended_at);
  return stored;
}

Result<AttemptRecord> FromStored(const v1::StoredAttempt& stored) {
  if (stored.course() >= kCourses || stored.done() >= kEffects) {
    return Error{.code = Code::kDataLoss,
                 .object = "journal, attempt of " + stored.order().instance(),
                 .cause = "it was written by another version",
                 .hint = "start the version that wrote it, and let it end its work"};
  }
  EDM_TRY(auto order, rpc::FromProto(stored.order()));
  AttemptRecord record{.order = std::move(order),
                       .course = static_cast<Course>(stored.course()),
                       .done = static_cast<Effect>(stored.done()),
                       .phase = rpc::FromProto(stored.phase()),
                       .failed_as = rpc::FromProto(stored.failed_as()),
                       .restored_release = stored.restored_release(),
                       .built = rpc::FromProto(stored.built()),
                       .services = rpc::MapAll<ServiceStatus>(
                           stored.services(), [](const v1::ServiceStatus& s) { return rpc::FromProto(s); })};
  if (stored.has_failure()) record.failure = rpc::FromProto(stored.failure());
  if (stored.has_end()) record.end = rpc::FromProto(stored.end());
  if (stored.has_trial_took_ms()) record.trial_took = Millis(stored.trial_took_ms());
  if (stored.has_ended_at()) record.ended_at = rpc::FromProto(stored.ended_at());
  return record;
}

}  // namespace edm::worker
