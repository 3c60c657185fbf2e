#pragma once

#include "common/model/order.h"
#include "edm/v1/worker_service.pb.h"

namespace edm::rpc {

v1::Step ToProto(const Step& step);
Step FromProto(const v1::Step& step);

v1::LogLine ToProto(const BuildLine& line, WallTime time);
BuildLine FromProto(const v1::LogLine& line);

v1::Release::Image ToProto(const ReleaseImage& image);
ReleaseImage FromProto(const v1::Release::Image& image);

v1::Built ToProto(const Built& built);
Built FromProto(const v1::Built& built);

v1::AttemptEnd ToProto(const AttemptEnd& end);
AttemptEnd FromProto(const v1::AttemptEnd& end);

v1::AttemptEvent ToProto(const AttemptEvent& event);
// An event of a kind that this program does not know comes back as a warning that says so.
AttemptEvent FromProto(const v1::AttemptEvent& event);

}  // namespace edm::rpc
