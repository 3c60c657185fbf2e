#pragma once

#include "common/model/worker.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Load ToProto(const Load& load);
Load FromProto(const v1::Load& load);

// A worker's static facts; state, load and times of the message are the master's to fill in.
v1::Worker ToProto(const WorkerFacts& facts);
WorkerFacts FromProto(const v1::Worker& worker);

}  // namespace edm::rpc
