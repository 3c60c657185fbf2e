#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "edm/v1/model.pb.h"

namespace edm::ctl {

inline constexpr std::size_t kShortCommit = 7;  // digits, as git shows them

// How messages of the API read in one line of text.

WallTime ToWallTime(const google::protobuf::Timestamp& time);
Millis Between(const google::protobuf::Timestamp& from, const google::protobuf::Timestamp& to);

// "3 s", "5 min", "2 h", "12 d": how long ago, for lists. "-" when never.
std::string Age(const google::protobuf::Timestamp& time, WallTime now);

// "running, healthy", "building", "failed".
std::string StateOf(const v1::Instance& instance);
std::string StateOf(const v1::InstanceStatus::Member& member);

// The first URL, else the first address and port; "" when there is none.
std::string FirstUrl(const google::protobuf::RepeatedPtrField<v1::Endpoint>& endpoints);

// "RESTART" -> "restart".
std::string KindOf(const v1::Operation& operation);
std::string StateOf(const v1::Operation& operation);

Error ToError(const v1::Failure& failure);

}  // namespace edm::ctl
