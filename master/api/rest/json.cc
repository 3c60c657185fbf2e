#include "master/api/rest/json.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/api/rest/fields.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;
using nlohmann::json;

constexpr int kDepthMax = 32;  // objects and arrays in each other
constexpr const char* kSeeSchema = "/openapi.json describes what it takes";

Error BadBody(const std::string& where, std::string cause, std::string hint = kSeeSchema) {
  return {Code::kInvalidArgument, "body" + where, std::move(cause), {}, std::move(hint)};
}

// Parses, refusing what parsers disagree about: repeated keys, depth.
Result<json> Parse(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string repeated;
  bool deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kDepthMax) deep = true;
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    return true;
  };
  try {
    auto parsed = json::parse(text, watch);
    if (deep)
      return BadBody("", "it is nested deeper than " + std::to_string(kDepthMax), "no call needs that");
    if (!repeated.empty())
      return BadBody("." + Shown(repeated), "the key is there twice", "keep one of them");
    return parsed;
  } catch (const json::exception& failure) {
    Error error = BadBody("", "it is not JSON", "send one JSON object");
    error.evidence.push_back(ToUtf8(failure.what()));
    return error;
  }
}

Status CheckObject(const json& value, const pb::Descriptor& type, const std::string& where);

Status CheckValue(const json& value, const pb::FieldDescriptor& field, const std::string& where) {
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM && value.is_string()) {
    const auto name = value.get<std::string>();
    if (field.enum_type()->FindValueByName(name) != nullptr) return Ok();
    return BadBody(where, "'" + Shown(name) + "' is none of its values",
                   Suggest(name, ValueNames(*field.enum_type())));
  }
  const bool has_fields = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
                          field.message_type()->file()->package() != "google.protobuf";
  if (!has_fields || value.is_null()) return Ok();
  return CheckObject(value, *field.message_type(), where);
}

Status CheckField(const json& value, const pb::FieldDescriptor& field, const std::string& where) {
  if (value.is_null()) return Ok();
  if (field.is_map()) {
    if (!value.is_object()) return BadBody(where, "it must be an object of keys and values");
    for (const auto& [key, item] : value.items()) {
      EDM_CHECK(CheckValue(item, *field.message_type()->map_value(), where + "." + Shown(key)));
    }
    return Ok();
  }
  if (!field.is_repeated()) return CheckValue(value, field, where);
  if (!value.is_array()) return BadBody(where, "it must be a list");
  for (std::size_t i = 0; i < value.size(); ++i) {
    EDM_CHECK(CheckValue(value[i], field, where + "[" + std::to_string(i) + "]"));
  }
  return Ok();
}

Status CheckObject(const json& value, const pb::Descriptor& type, const std::string& where) {
  if (!value.is_object()) return BadBody(where, "it must be an object");
  for (const auto& [key, item] : value.items()) {
    const auto* field = type.FindFieldByName(key);
    if (field == nullptr) field = type.FindFieldByCamelcaseName(key);
    if (field == nullptr) {
      return BadBody(where + "." + Shown(key), "there is no such field here", Suggest(key, FieldNames(type)));
    }
    EDM_CHECK(CheckField(item, *field, where + "." + field->name()));
  }
  return Ok();
}

}  // namespace

std::string ToJson(const pb::Message& message, bool indented) {
  pb::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  if (pb::util::MessageToJsonString(message, &text, options).ok()) return text;
  return "{}";  // a message of ours with text that is not UTF-8; protobuf has already logged which
}

Status FromJson(std::string_view text, pb::Message& message) {
  if (Trim(text).empty()) return Ok();
  EDM_TRY(const auto parsed, Parse(text));
  EDM_CHECK(CheckObject(parsed, *message.GetDescriptor(), ""));
  const auto status = pb::util::JsonStringToMessage({text.data(), text.size()}, &message);
  if (status.ok()) return Ok();
  return BadBody("", ToUtf8(status.message().ToString()));
}

}  // namespace edm::master::rest
