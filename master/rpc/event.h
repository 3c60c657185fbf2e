#pragma once

#include "edm/v1/model.pb.h"
#include "master/model/decision.h"

namespace edm::master {

// As people see it; the cursor is the caller's to set.
v1::OperationEvent ToProto(const OperationNote& note);
v1::ClusterEvent ToProto(const ClusterNote& note);
ClusterNote FromProto(const v1::ClusterEvent& event);

}  // namespace edm::master
