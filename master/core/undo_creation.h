#pragma once

#include "common/base/result.h"
#include "master/core/draft.h"

namespace edm::master {

// Ends an operation whose source did not come. An instance that came into being with it goes again, and its
// repo with it: otherwise an upload that was cut off would leave an instance behind that nobody was told of.
void FailWithoutSource(Draft& draft, OperationRecord record, Error error);

// Whether the operation has failed like that and waits for the repo to be gone.
bool UndoesCreation(const OperationRecord& record);

}  // namespace edm::master
