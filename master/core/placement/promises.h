#pragma once

#include "master/core/draft.h"

// What a worker was promised by placements, and what its samples say apart from that. Bookkeeping on its
// record; docs/decisions/0006-load-and-promises.md says why it is right.
namespace edm::master {

// Counts the operation's order on its worker until PromiseEnds.
void Promise(Draft& draft, const OperationRecord& record, const InstanceRecord& instance);

// The operation has ended in `state`: what it left running fades from the count.
void PromiseEnds(Draft& draft, const OperationRecord& record, OperationState state);

// The worker took the operation's network at `time` of its own clock: a later sample has it counted.
void NetworkIsTaken(Draft& draft, const OperationRecord& record, WallTime time);

// Takes a sample that came `now` into the record. Stores nothing.
void TakeSample(WorkerRecord& worker, const Load& load, SteadyTime now);

}  // namespace edm::master
