#pragma once

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "master/api/rest/proto_comments.h"

namespace edm::master::rest {

// Schemas of proto types as their JSON has them. Only openapi*.cc include this.
class SchemaSet {
 public:
  explicit SchemaSet(const ProtoComments& comments) : comments_(comments) {}

  // {"$ref": ...}; the message and all it holds become components.
  nlohmann::ordered_json Reference(const google::protobuf::Descriptor& type);
  // A request's body: the message without what the path says.
  nlohmann::ordered_json BodyOf(const google::protobuf::Descriptor& type,
                                const std::set<std::string>& without);
  nlohmann::ordered_json OfField(const google::protobuf::FieldDescriptor& field);

  const nlohmann::ordered_json& components() const { return components_; }

 private:
  nlohmann::ordered_json OfOne(const google::protobuf::FieldDescriptor& field);
  nlohmann::ordered_json ObjectOf(const google::protobuf::Descriptor& type,
                                  const std::set<std::string>& without);

  const ProtoComments& comments_;
  nlohmann::ordered_json components_ = nlohmann::ordered_json::object();
};

}  // namespace edm::master::rest
