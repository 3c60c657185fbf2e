#pragma once

#include <memory>
#include <string>

#include "master/model/state.h"

namespace edm::master {

// What is under way and ends with this instance being gone; null: nothing.
std::shared_ptr<const OperationRecord> OpenDelete(const State& state, const std::string& instance);

// Whether a repo that was just made for the instance may stay. Asked after it was made: a delete that has not
// come to the repo yet takes it away itself, or has not come so far when it is cancelled or expires.
bool MayHaveRepo(const State& state, const std::string& instance);

}  // namespace edm::master
