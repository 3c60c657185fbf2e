#pragma once

#include <string>

#include "common/model/operation.h"
#include "common/model/worker.h"

namespace edm::master {

// As the API has them, in lower case: "deploy", "done", "ready".
std::string KindWord(OperationKind kind);
std::string StateWord(OperationState state);
std::string StateWord(WorkerState state);

}  // namespace edm::master
