#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "common/base/time.h"

namespace edm::rpc {

// Times lose what is finer than a millisecond.
google::protobuf::Timestamp ToProto(WallTime time);
WallTime FromProto(const google::protobuf::Timestamp& time);

google::protobuf::Duration ToProto(Millis duration);
Millis FromProto(const google::protobuf::Duration& duration);

}  // namespace edm::rpc
