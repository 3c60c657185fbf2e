#include "master/api/rest/openapi_schema.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "common/base/assert.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::ordered_json;

// "edm.v1.Release.Image" -> "Release.Image".
std::string ComponentName(const pb::Descriptor& type) {
  return type.full_name().substr(type.file()->package().size() + 1);
}

Json EnumSchema(const pb::EnumDescriptor& type) {
  Json schema{{"type", "string"}, {"enum", Json::array()}};
  for (int i = 0; i < type.value_count(); ++i) schema["enum"].push_back(type.value(i)->name());
  return schema;
}

}  // namespace

Json SchemaSet::Reference(const pb::Descriptor& type) {
  const auto name = ComponentName(type);
  if (!components_.contains(name)) {
    components_[name] = Json::object();  // before its fields: messages may hold each other
    components_[name] = ObjectOf(type, {});
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

Json SchemaSet::BodyOf(const pb::Descriptor& type, const std::set<std::string>& without) {
  const auto name = ComponentName(type);
  if (!components_.contains(name)) components_[name] = ObjectOf(type, without);
  return {{"$ref", "#/components/schemas/" + name}};
}

Json SchemaSet::ObjectOf(const pb::Descriptor& type, const std::set<std::string>& without) {
  Json schema{{"type", "object"}};
  if (const auto comment = comments_.OfMessage(type.full_name()); !comment.empty())
    schema["description"] = comment;
  schema["properties"] = Json::object();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (!without.contains(field.name())) schema["properties"][field.name()] = OfField(field);
  }
  return schema;
}

Json SchemaSet::OfField(const pb::FieldDescriptor& field) {
  Json schema;
  if (field.is_map()) {
    schema = {{"type", "object"}, {"additionalProperties", OfOne(*field.message_type()->map_value())}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", OfOne(field)}};
  } else {
    schema = OfOne(field);
  }
  const auto comment = comments_.OfField(field.full_name());
  if (comment.empty()) return schema;
  // Beside "$ref" nothing else counts in OpenAPI 3.0.
  if (schema.contains("$ref")) schema = Json{{"allOf", Json::array({schema})}};
  schema["description"] = comment;
  return schema;
}

Json SchemaSet::OfOne(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"format", "int64"}, {"minimum", 0}, {"maximum", 4294967295U}};
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return EnumSchema(*field.enum_type());
    case pb::FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == pb::FieldDescriptor::TYPE_BYTES) return {{"type", "string"}, {"format", "byte"}};
      return {{"type", "string"}};
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default:
      EDM_ASSERT(false);  // 64-bit numbers would be strings in JSON: no message of ours has one
  }
  if (field.message_type() == pb::Timestamp::descriptor()) {
    return {{"type", "string"}, {"format", "date-time"}, {"example", "2026-11-21T06:18:00.123Z"}};
  }
  if (field.message_type() == pb::Duration::descriptor()) {
    return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}, {"example", "300s"}};
  }
  return Reference(*field.message_type());
}

}  // namespace edm::master::rest
