#include "master/rpc/event.h"

#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/operation.h"
#include "common/rpc/mapping/time.h"

namespace edm::master {

v1::OperationEvent ToProto(const OperationNote& note) {
  v1::OperationEvent event;
  *event.mutable_time() = rpc::ToProto(note.time);
  event.set_operation(note.operation);
  if (const auto* step = std::get_if<Step>(&note.what)) *event.mutable_step() = rpc::ToProto(*step);
  if (const auto* line = std::get_if<BuildLine>(&note.what))
    *event.mutable_log() = rpc::ToProto(*line, note.time);
  if (const auto* warning = std::get_if<Warning>(&note.what)) event.set_warning(warning->text);
  if (const auto* ended = std::get_if<Operation>(&note.what)) *event.mutable_ended() = rpc::ToProto(*ended);
  return event;
}

v1::ClusterEvent ToProto(const ClusterNote& note) {
  v1::ClusterEvent event;
  *event.mutable_time() = rpc::ToProto(note.time);
  event.set_kind(note.kind);
  event.set_instance(note.instance);
  event.set_operation(note.operation);
  event.set_worker(note.worker);
  event.set_text(note.text);
  return event;
}

ClusterNote FromProto(const v1::ClusterEvent& event) {
  return {rpc::FromProto(event.time()),
          event.kind(),
          event.instance(),
          event.operation(),
          event.worker(),
          event.text()};
}

}  // namespace edm::master
