#pragma once

#include "common/rpc/method_table.h"

namespace edm::master::rest {

// Registers a handler for every method of edm.v1.Master, which answers with an empty message.
void ServeEveryMethod(rpc::MethodTable& table);

}  // namespace edm::master::rest
