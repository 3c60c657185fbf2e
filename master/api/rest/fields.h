#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::master::rest {

// Sets one field of a request from a text of the path or the query: "until", "spec.memory_mib",
// "annotations[team]". Enums by name in any case, lengths of time like "60s" or "5m", times in RFC 3339,
// bytes in base64, "" is true. Repeated fields grow. Error kInvalidArgument names the field and what it
// takes.
Status SetFromText(google::protobuf::Message& message, std::string_view path, const std::string& text);

std::vector<std::string> FieldNames(const google::protobuf::Descriptor& type);
std::vector<std::string> ValueNames(const google::protobuf::EnumDescriptor& type);

// "did you mean until?", or what there is to choose from.
std::string Suggest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace edm::master::rest
