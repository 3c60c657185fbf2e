#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master::rest {

// How the messages of a stream are written.
enum class StreamForm : std::uint8_t {
  kEvents,  // text/event-stream: id is the cursor, event the oneof's case, else the kind, else the type's
            // name
  kLines,   // application/x-ndjson: one object a line
};

// What the Accept header asks for. Where it leaves the choice, streams whose messages have a cursor (they can
// be resumed) are events, and others (logs) lines.
StreamForm FormFor(std::string_view accept, const google::protobuf::Descriptor& type);
std::string_view ContentType(StreamForm form);

std::string EventText(StreamForm form, const google::protobuf::Message& message);
// The last one: "event: end", or "event: error" with the problem; among lines only an error is said.
std::string EndText(StreamForm form, const Status& status);
// So that both sides notice a broken connection; nothing among lines.
std::string_view HeartbeatText(StreamForm form);

}  // namespace edm::master::rest
