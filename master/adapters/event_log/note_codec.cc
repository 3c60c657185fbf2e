#include "master/adapters/event_log/note_codec.h"

#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/operation.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/state.pb.h"
#include "master/rpc/event.h"

namespace edm::master {

std::string EncodeNote(const OperationNote& note) {
  v1::StoredNote stored;
  *stored.mutable_event() = ToProto(note);
  stored.set_attempt(note.attempt);
  stored.set_worker_cursor(note.worker_cursor);
  return stored.SerializeAsString();
}

Result<OperationNote> DecodeNote(std::string_view record) {
  v1::StoredNote stored;
  if (!stored.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return Error{Code::kDataLoss,
                 "event log",
                 "a line of it is damaged",
                 {},
                 "see the operation itself: edmctl op show"};
  }
  const auto& event = stored.event();
  OperationNote note{event.operation(), stored.attempt(), stored.worker_cursor(),
                     rpc::FromProto(event.time()), Warning{}};
  switch (event.what_case()) {
    case v1::OperationEvent::kStep:
      note.what = rpc::FromProto(event.step());
      break;
    case v1::OperationEvent::kLog:
      note.what = rpc::FromProto(event.log());
      break;
    case v1::OperationEvent::kEnded:
      note.what = rpc::FromProto(event.ended());
      break;
    default:
      note.what = Warning{event.warning()};
      break;
  }
  return note;
}

}  // namespace edm::master
