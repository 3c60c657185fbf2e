#include "master/rpc/record.h"

#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"

namespace edm::master {

v1::Token ToProto(const TokenRecord& token) {
  v1::Token message;
  message.set_id(token.id);
  message.set_name(token.name);
  message.set_kind(static_cast<v1::Token::Kind>(token.kind));
  *message.mutable_created_at() = rpc::ToProto(token.created_at);
  if (token.expires_at) *message.mutable_expires_at() = rpc::ToProto(*token.expires_at);
  if (token.used_at) *message.mutable_used_at() = rpc::ToProto(*token.used_at);
  return message;
}

// LOST hides what people want of it, and that hides that it is there.
WorkerState ShownState(const WorkerRecord& worker) {
  if (worker.state != WorkerState::kReady) return worker.state;
  switch (worker.availability) {
    case Availability::kActive:
      return worker.state;
    case Availability::kClosed:
      return WorkerState::kCordoned;
    case Availability::kEmptying:
      return WorkerState::kDraining;
  }
  return worker.state;
}

v1::Worker ToProto(const WorkerRecord& worker) {
  auto message = rpc::ToProto(worker.facts);
  message.set_state(static_cast<v1::Worker::State>(ShownState(worker)));
  message.set_availability(static_cast<v1::Worker::Availability>(worker.availability));
  if (worker.load) *message.mutable_load() = rpc::ToProto(*worker.load);
  *message.mutable_joined_at() = rpc::ToProto(worker.joined_at);
  if (worker.seen_at != WallTime{}) *message.mutable_seen_at() = rpc::ToProto(worker.seen_at);
  if (worker.certificate_ends)
    *message.mutable_certificate_ends_at() = rpc::ToProto(*worker.certificate_ends);
  message.set_revision(std::to_string(worker.revision));
  message.set_samples_refused(worker.samples_refused);
  message.set_samples_refused_why(worker.refused_why);
  return message;
}

}  // namespace edm::master
