#pragma once

#include <string>

#include "master/core/draft.h"

namespace edm::master {

// Nothing was heard of the worker: what runs there counts as lost.
void LoseWorker(Draft& draft, WorkerRecord record);

// What was open on a lost worker is carried on by another one, unless `partitioned`, and ends after
// kLostPatience where none takes it.
void CarryOnFrom(Draft& draft, const std::string& worker, bool partitioned);

// Whether so many workers vanished at once that it must be the network, or this master: then nothing is
// placed elsewhere until they are back, or somebody says that it is as it seems (ResumeMoves).
bool SuspectsPartition(Draft& draft);

}  // namespace edm::master
