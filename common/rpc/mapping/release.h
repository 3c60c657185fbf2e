#pragma once

#include "common/model/instance.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

v1::Release ToProto(const Release& release);
Release FromProto(const v1::Release& message);

}  // namespace edm::rpc
