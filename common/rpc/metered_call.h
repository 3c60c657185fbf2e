#pragma once

#include <chrono>
#include <functional>

#include "common/base/result.h"
#include "common/rpc/method_table.h"

namespace edm::rpc {

// Told of each call that ended, on the thread that ended it; must return soon. A stream's time is how long it
// was open. A call that nobody finished counts as kInternal, as it does for its client.
using OnCallEnd =
    std::function<void(const google::protobuf::MethodDescriptor&, Code, std::chrono::microseconds)>;

// From now on `on_end` hears of every call of the table, whichever way it comes in. Before serving.
void Meter(MethodTable& table, OnCallEnd on_end);

}  // namespace edm::rpc
