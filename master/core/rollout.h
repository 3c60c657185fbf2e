#pragma once

#include "master/core/draft.h"

namespace edm::master {

// An operation of a set whose source is there: makes the members that are lacking, and has each do its part.
void BeginRollout(Draft& draft, OperationRecord record);

// Begins what comes next, and ends the operation when nothing does. May be called at any time: what is under
// way is not begun twice.
void GoOnRolling(Draft& draft, const std::string& operation);

// An operation has ended; if it is a part of another one, that goes on.
void OnPartEnd(Draft& draft, const OperationRecord& part);

// Ends the parts that are under way of an operation that has ended as `state`.
void EndParts(Draft& draft, const OperationRecord& whole, OperationState state);

// The operations of members that are under way for this one.
std::vector<std::shared_ptr<const OperationRecord>> OpenParts(const State& state,
                                                              const OperationRecord& whole);

}  // namespace edm::master
