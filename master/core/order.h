#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Whether the order of this operation makes a copy beside the one that serves: the status and the address of
// the instance change only once it has arrived.
bool ArrivesBeside(const OperationRecord& record, const InstanceRecord& instance);

// Gives the operation its attempt number and its order; both records are the caller's to put.
void AssignOrder(Draft& draft, OperationRecord& record, InstanceRecord& instance);

// Asks for the order to be sent (again): a worker joins what is under way for the same attempt.
void SendOrderOf(Draft& draft, const OperationRecord& record);

}  // namespace edm::master
