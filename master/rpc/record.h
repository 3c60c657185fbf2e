#pragma once

#include "edm/v1/model.pb.h"
#include "master/model/records.h"

namespace edm::master {

v1::Token ToProto(const TokenRecord& token);  // never the hash
WorkerState ShownState(const WorkerRecord& worker);
v1::Worker ToProto(const WorkerRecord& worker);

}  // namespace edm::master
