#include "master/api/rest/event_text.h"

#include "common/base/text.h"
#include "common/rpc/status.h"
#include "master/api/rest/json.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;

const pb::FieldDescriptor* StringField(const pb::Descriptor& type, const char* name) {
  const auto* field = type.FindFieldByName(name);
  return field != nullptr && field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ? field : nullptr;
}

// "LogLine" -> "log_line".
std::string SnakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z' && !snake.empty()) snake += '_';
    snake += Folded({&c, 1});
  }
  return snake;
}

std::string KindOf(const pb::Message& message) {
  const auto& type = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  if (type.real_oneof_decl_count() > 0) {
    const auto* set = reflection.GetOneofFieldDescriptor(message, type.oneof_decl(0));
    if (set != nullptr) return set->name();
  }
  if (const auto* kind = StringField(type, "kind")) return reflection.GetString(message, kind);
  return SnakeCase(type.name());
}

// A problem document on one line.
std::string ProblemLine(const Error& error) {
  std::string line;
  bool fresh = false;  // at the start of an indented line
  for (const char c : rpc::ToProblem(error)) {
    if (c == '\n') {
      fresh = true;
    } else if (c != ' ' || !fresh) {
      line += c;
      fresh = false;
    }
  }
  return line;
}

}  // namespace

StreamForm FormFor(std::string_view accept, const pb::Descriptor& type) {
  if (accept.find("text/event-stream") != std::string_view::npos) return StreamForm::kEvents;
  if (accept.find("ndjson") != std::string_view::npos) return StreamForm::kLines;
  return StringField(type, "cursor") != nullptr ? StreamForm::kEvents : StreamForm::kLines;
}

std::string_view ContentType(StreamForm form) {
  return form == StreamForm::kEvents ? "text/event-stream" : "application/x-ndjson";
}

std::string EventText(StreamForm form, const pb::Message& message) {
  const auto json = ToJson(message, false);
  if (form == StreamForm::kLines) return json + "\n";
  std::string text;
  if (const auto* cursor = StringField(*message.GetDescriptor(), "cursor")) {
    const auto value = message.GetReflection()->GetString(message, cursor);
    if (!value.empty()) text += "id: " + value + "\n";
  }
  return text + "event: " + KindOf(message) + "\ndata: " + json + "\n\n";
}

std::string EndText(StreamForm form, const Status& status) {
  if (form == StreamForm::kEvents) {
    return status.ok() ? "event: end\ndata: {}\n\n"
                       : "event: error\ndata: " + ProblemLine(status.error()) + "\n\n";
  }
  return status.ok() ? "" : "{\"error\":" + ProblemLine(status.error()) + "}\n";
}

std::string_view HeartbeatText(StreamForm form) { return form == StreamForm::kEvents ? ":\n\n" : ""; }

}  // namespace edm::master::rest
