#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master::rest {

// protobuf's own JSON mapping with names as in the protos and zero values printed. `indented` for people,
// else on one line.
std::string ToJson(const google::protobuf::Message& message, bool indented);

// An object with fields of `message` and no others; empty text is an empty object. Error kInvalidArgument:
// where and why, with the nearest field or value.
Status FromJson(std::string_view text, google::protobuf::Message& message);

}  // namespace edm::master::rest
