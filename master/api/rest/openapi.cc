#include "master/api/rest/openapi.h"

#include <google/protobuf/empty.pb.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/base/text.h"
#include "edm/v1/model.pb.h"
#include "master/api/rest/openapi_schema.h"
#include "master/api/rest/request_reader.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::ordered_json;

// Fields that a header carries as well, or instead.
struct HeaderField {
  const char* field;
  const char* header;
  const char* description;
  bool also_query;
};
constexpr HeaderField kHeaders[] = {
    {"request_id", "Idempotency-Key", "The same key again answers with the same result; kept for 24 hours.",
     false},
    {"revision", "If-Match", "The revision (ETag) that the change is based on; 412 when it has moved.",
     false},
    {"after", "Last-Event-ID", "The cursor of the last event seen: the stream goes on after it.", true},
};

const HeaderField* HeaderOf(const std::string& field) {
  for (const auto& one : kHeaders) {
    if (field == one.field) return &one;
  }
  return nullptr;
}

// Of a method's comment, without its full stop.
std::string FirstSentence(const std::string& comment) {
  const auto end = comment.find(". ");
  auto sentence = comment.substr(0, end);
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

class Document {
 public:
  Document(const RouteTable& routes, const std::string& version) : schemas_(comments_) {
    document_["openapi"] = "3.0.3";
    document_["info"] = {
        {"title", "edm"},
        {"version", version},
        {"description",
         "Source in, running instance out. Names are snake_case, zero values are printed, times are "
         "RFC 3339, errors are problem documents (RFC 9457)."},
        {"license", {{"name", "Apache-2.0"}, {"url", "https://www.apache.org/licenses/LICENSE-2.0"}}}};
    document_["servers"] = Json::array({Json{{"url", "/"}}});
    document_["security"] = Json::array({Json{{"token", Json::array()}}, Json{{"basic", Json::array()}}});
    document_["paths"] = Json::object();
    for (const auto& route : routes.routes()) AddRoute(route);
    document_["components"] = Components();
  }
  std::string Text() const { return document_.dump(2) + "\n"; }

 private:
  void AddRoute(const Route& route) {
    std::set<std::string> variables;
    Json operation{{"operationId", route.rpc().name()}, {"tags", Json::array({route.segments.at(1)})}};
    const auto comment = comments_.OfMethod(route.rpc().full_name());
    operation["summary"] = FirstSentence(comment);
    operation["description"] = comment;
    operation["parameters"] = Json::array();
    for (const auto& segment : route.segments) {
      const std::string name(VariableOf(segment));
      if (name.empty()) continue;
      variables.insert(name);
      const auto* field = route.rpc().input_type()->FindFieldByName(name);
      operation["parameters"].push_back(
          {{"name", name}, {"in", "path"}, {"required", true}, {"schema", schemas_.OfField(*field)}});
    }
    AddParameters(route, variables, operation["parameters"]);
    AddBody(route, variables, operation);
    operation["responses"] = Responses(route);
    document_["paths"][route.path][Folded(route.verb)] = std::move(operation);
  }

  void AddParameters(const Route& route, const std::set<std::string>& variables, Json& parameters) {
    const auto& type = *route.rpc().input_type();
    for (int i = 0; i < type.field_count(); ++i) {
      const auto& field = *type.field(i);
      const auto* header = HeaderOf(field.name());
      if (header != nullptr) {
        parameters.push_back({{"name", header->header},
                              {"in", "header"},
                              {"description", header->description},
                              {"schema", {{"type", "string"}}}});
      }
      const bool in_body = route.body == Route::Body::kJson;
      const bool is_data = route.body == Route::Body::kRaw && field.name() == "data";
      if (in_body || is_data || variables.contains(field.name()) ||
          (header != nullptr && !header->also_query))
        continue;
      AddQuery(field, field.name(), parameters);
    }
    if (StartsOperation(route)) {
      parameters.push_back({{"name", "wait"},
                            {"in", "query"},
                            {"schema", {{"type", "string"}, {"example", "60s"}}},
                            {"description",
                             "Answer when the operation has ended (200), or after this time with how "
                             "it stands (202); 600s at most."}});
    }
  }

  void AddQuery(const pb::FieldDescriptor& field, const std::string& name, Json& parameters) {
    const bool is_object = !field.is_repeated() && field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
                           field.message_type()->file()->package() != "google.protobuf";
    if (is_object) {
      for (int i = 0; i < field.message_type()->field_count(); ++i) {
        const auto& part = *field.message_type()->field(i);
        AddQuery(part, name + "." + part.name(), parameters);
      }
      return;
    }
    Json parameter{{"name", name}, {"in", "query"}, {"schema", schemas_.OfField(field)}};
    if (field.is_map()) {
      parameter["style"] = "deepObject";
      parameter["explode"] = true;
    }
    parameters.push_back(std::move(parameter));
  }

  void AddBody(const Route& route, const std::set<std::string>& variables, Json& operation) {
    if (route.body == Route::Body::kJson) {
      const auto schema = schemas_.BodyOf(*route.rpc().input_type(), variables);
      operation["requestBody"] = {{"content", {{"application/json", {{"schema", schema}}}}}};
    } else if (route.body == Route::Body::kRaw) {
      const Json archive{{"schema", {{"type", "string"}, {"format", "binary"}}}};
      operation["requestBody"] = {{"required", true},
                                  {"description", "A tar, tar.gz, tar.zst or zip"},
                                  {"content", {{"application/octet-stream", archive}}}};
    }
  }

  Json Responses(const Route& route) {
    const auto& type = *route.rpc().output_type();
    Json responses = Json::object();
    if (&type == pb::Empty::descriptor()) {
      responses["204"] = {{"description", "done"}};
    } else if (route.streams()) {
      const Json content{{"schema", schemas_.Reference(type)}};
      responses["200"] = {{"description", "one message an event, or a line"},
                          {"content", {{"text/event-stream", content}, {"application/x-ndjson", content}}}};
    } else {
      AddUnary(route, {{"application/json", {{"schema", schemas_.Reference(type)}}}}, responses);
    }
    responses["default"] = {{"$ref", "#/components/responses/Problem"}};
    return responses;
  }

  void AddUnary(const Route& route, const Json& content, Json& responses) {
    const Json location{{"Location", {{"description", "where it is"}, {"schema", {{"type", "string"}}}}}};
    const Json tag{{"ETag", {{"description", "its revision"}, {"schema", {{"type", "string"}}}}}};
    const bool has_revision = route.rpc().output_type()->FindFieldByName("revision") != nullptr;
    if (StartsOperation(route)) {
      responses["200"] = {
          {"description", "the operation has ended"}, {"headers", location}, {"content", content}};
      responses["202"] = {
          {"description", "the operation goes on"}, {"headers", location}, {"content", content}};
    } else if (route.rpc().name().starts_with("Create")) {
      responses["201"] = {{"description", "created"}, {"content", content}};
    } else {
      responses["200"] = {{"description", "as asked"}, {"content", content}};
      if (has_revision) responses["200"]["headers"] = tag;
      if (has_revision && route.verb == "GET")
        responses["304"] = {{"description", "not changed (If-None-Match)"}};
    }
  }

  Json Components() {
    Json text{{"type", "string"}};
    Json components;
    components["schemas"] = schemas_.components();
    components["schemas"]["Problem"] = {
        {"type", "object"},
        {"description", "What failed, why, what was seen, and what to do next."},
        {"required", {"type", "title", "status", "code", "object", "cause", "evidence", "hint"}},
        {"properties",
         {{"type", text},
          {"title", text},
          {"status", {{"type", "integer"}}},
          {"code", text},
          {"object", text},
          {"cause", text},
          {"evidence", {{"type", "array"}, {"items", text}}},
          {"hint", text}}}};
    components["responses"]["Problem"] = {{"description", "it failed"},
                                          {"content",
                                           {{"application/problem+json",
                                             {{"schema", {{"$ref", "#/components/schemas/Problem"}}},
                                              {"example",
                                               {{"type", "urn:edm:problem:not-found"},
                                                {"title", "not found"},
                                                {"status", 404},
                                                {"code", "NOT_FOUND"},
                                                {"object", "instance shop"},
                                                {"cause", "there is no such instance"},
                                                {"evidence", Json::array()},
                                                {"hint", "GET /v1/instances lists them"}}}}}}}};
    components["securitySchemes"] = {
        {"token", {{"type", "http"}, {"scheme", "bearer"}}},
        {"basic",
         {{"type", "http"}, {"scheme", "basic"}, {"description", "any name, the token as password"}}}};
    return components;
  }

  ProtoComments comments_;
  SchemaSet schemas_;
  Json document_;
};

}  // namespace

std::string OpenApi(const RouteTable& routes, const std::string& version) {
  return Document(routes, version).Text();
}

}  // namespace edm::master::rest
