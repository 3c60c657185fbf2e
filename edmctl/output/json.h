#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace edm::ctl {

// The message as REST has it: zero values printed, names in snake_case. One line without its end.
std::string ToJsonLine(const google::protobuf::Message& message);

}  // namespace edm::ctl
