#pragma once

#include "common/model/instance.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Source ToProto(const Source& source);
Source FromProto(const v1::Source& message);

v1::Requirements ToProto(const Requirements& requirements);
Requirements FromProto(const v1::Requirements& message);

v1::InstanceSpec ToProto(const InstanceSpec& spec);
InstanceSpec FromProto(const v1::InstanceSpec& message);  // an empty branch becomes "main"

v1::Placement ToProto(const Placement& placement);
Placement FromProto(const v1::Placement& message);

v1::InstanceStatus ToProto(const InstanceStatus& status);
InstanceStatus FromProto(const v1::InstanceStatus& message);

v1::Instance ToProto(const Instance& instance);
Instance FromProto(const v1::Instance& message);

}  // namespace edm::rpc
