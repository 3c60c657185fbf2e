#include "edmctl/output/json.h"

#include <google/protobuf/util/json_util.h>

namespace edm::ctl {

std::string ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  // Fails only for Any and for times out of range, which the API never sends.
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return "{}";
  return text;
}

}  // namespace edm::ctl
