#pragma once

#include "common/base/result.h"
#include "common/model/order.h"
#include "edm/v1/worker_service.pb.h"

namespace edm::rpc {

v1::Order ToProto(const Order& order);
// Judges at the door: ids, names, the target and the 40 digits of each commit. Errors name the field.
Result<Order> FromProto(const v1::Order& message);

// As `order`, but with nothing in it that may not be written to a disk.
Order WithoutCredentials(Order order);

}  // namespace edm::rpc
