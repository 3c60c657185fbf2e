#include "master/api/rest/fields.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <limits>
#include <optional>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/model/names.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;

Error Refused(std::string_view field, const std::string& text, std::string cause) {
  return {Code::kInvalidArgument,
          "parameter " + Shown(field),
          "'" + Shown(text) + "' " + std::move(cause),
          {},
          "/openapi.json describes what it takes"};
}

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text.empty() || text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

// Where a parsed value goes: set, or added to a repeated field.
struct Place {
  pb::Message& message;
  const pb::FieldDescriptor& field;

  const pb::Reflection& reflection() const { return *message.GetReflection(); }
  pb::Message* Child() const {
    return field.is_repeated() ? reflection().AddMessage(&message, &field)
                               : reflection().MutableMessage(&message, &field);
  }
};

#define EDM_PUT(place, Kind, value)                                                                      \
  ((place).field.is_repeated() ? (place).reflection().Add##Kind(&(place).message, &(place).field, value) \
                               : (place).reflection().Set##Kind(&(place).message, &(place).field, value))

Status PutEnum(const Place& place, const std::string& text) {
  const auto& type = *place.field.enum_type();
  for (int i = 0; i < type.value_count(); ++i) {
    if (Folded(type.value(i)->name()) == Folded(text)) {
      EDM_PUT(place, Enum, type.value(i));
      return Ok();
    }
  }
  auto error = Refused(place.field.name(), text, "is none of its values");
  error.hint = Suggest(text, ValueNames(type));
  return error;
}

Status PutNumber(const Place& place, const std::string& text) {
  switch (place.field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      if (const auto number = ParseNumber<std::int32_t>(text)) return EDM_PUT(place, Int32, *number), Ok();
      break;
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      if (const auto number = ParseNumber<std::uint32_t>(text)) return EDM_PUT(place, UInt32, *number), Ok();
      break;
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      if (const auto number = ParseNumber<double>(text)) return EDM_PUT(place, Double, *number), Ok();
      break;
    default:
      break;
  }
  return Refused(place.field.name(), text, "is no number that fits");
}

Status PutString(const Place& place, const std::string& text) {
  if (place.field.type() == pb::FieldDescriptor::TYPE_BYTES) {
    const auto bytes = FromBase64(text);
    if (!bytes) return Refused(place.field.name(), text, "is not base64");
    EDM_PUT(place, String, *bytes);
    return Ok();
  }
  if (!IsUtf8(text)) return Refused(place.field.name(), text, "is not UTF-8");
  EDM_PUT(place, String, text);
  return Ok();
}

Status PutMessage(const Place& place, const std::string& text) {
  const auto* type = place.field.message_type();
  if (type == pb::Duration::descriptor()) {
    const auto duration = ParseDuration(text);
    if (!duration.ok()) return About(duration.error(), "parameter " + place.field.name());
    static_cast<pb::Duration*>(place.Child())
        ->CopyFrom(pb::util::TimeUtil::MillisecondsToDuration(duration->count()));
    return Ok();
  }
  if (type == pb::Timestamp::descriptor()) {
    pb::Timestamp time;
    if (!pb::util::TimeUtil::FromString(text, &time)) {
      return Refused(place.field.name(), text, "is not a time like 2026-11-21T06:18:00Z");
    }
    static_cast<pb::Timestamp*>(place.Child())->CopyFrom(time);
    return Ok();
  }
  auto error = Refused(place.field.name(), text, "stands for an object");
  error.hint = "name a field of it: " + place.field.name() + "." + type->field(0)->name();
  return error;
}

Status Put(const Place& place, const std::string& text) {
  switch (place.field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      if (const auto truth = ParseBool(text)) {
        EDM_PUT(place, Bool, *truth);
        return Ok();
      }
      return Refused(place.field.name(), text, "is neither true nor false");
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return PutEnum(place, text);
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return PutString(place, text);
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return PutMessage(place, text);
    default:
      return PutNumber(place, text);
  }
}

#undef EDM_PUT

Status PutEntry(const Place& place, std::string_view key, const std::string& text) {
  auto* entry = place.reflection().AddMessage(&place.message, &place.field);
  EDM_CHECK(Put({*entry, *place.field.message_type()->map_key()}, std::string(key)));
  return Put({*entry, *place.field.message_type()->map_value()}, text);
}

}  // namespace

Status SetFromText(pb::Message& message, std::string_view path, const std::string& text) {
  const auto dot = path.find_first_of(".[");
  const auto name = std::string(path.substr(0, dot));
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) {
    return Error{Code::kInvalidArgument,
                 "parameter " + Shown(name),
                 "there is no such parameter here",
                 {},
                 Suggest(name, FieldNames(*message.GetDescriptor()))};
  }
  const Place place{message, *field};
  if (dot == std::string_view::npos && !field->is_map()) {
    if (!field->is_repeated() && field->has_presence() && message.GetReflection()->HasField(message, field)) {
      return Refused(name, text, "is given beside another value");
    }
    return Put(place, text);
  }
  if (field->is_map()) {
    const auto rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot);
    if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']') {
      return PutEntry(place, rest.substr(1, rest.size() - 2), text);
    }
    auto error = Refused(path, text, "belongs to a map");
    error.hint = "write " + name + "[key]=value";
    return error;
  }
  if (path[dot] == '.' && !field->is_repeated() &&
      field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
    return SetFromText(*message.GetReflection()->MutableMessage(&message, field), path.substr(dot + 1), text);
  }
  return Refused(path, text, "goes to a field that has no parts");
}

std::vector<std::string> FieldNames(const pb::Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

std::vector<std::string> ValueNames(const pb::EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return names;
}

std::string Suggest(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = Nearest(word, candidates);
  if (near) return "did you mean " + *near + "?";
  return candidates.empty() ? "none is taken here" : "there are: " + Join(candidates, ", ");
}

}  // namespace edm::master::rest
