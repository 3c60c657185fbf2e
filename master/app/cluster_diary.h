#pragma once

#include "master/model/decision.h"

namespace edm::master {

// Writes what a stored decision means to the log: operations that began and ended, with each step and order,
// workers that came and went. Each line carries the ids that the worker's own lines carry. Any thread.
void WriteDiary(const Decision& decision);

}  // namespace edm::master
