#pragma once

#include "common/model/order.h"
#include "master/core/draft.h"

namespace edm::master {

// When a worker registers: one that tells of an attempt above all that a restored state gave away knows more
// than the backup did. Then the worker is right: the instance is where and what it says, its numbers go on
// from there, and what was open at the backup has ended since. Nothing happens otherwise, nor in a cluster
// that was never restored: there such an attempt is of an instance that was deleted and made anew.
void AdoptNewer(Draft& draft, const std::string& worker, const Observation& seen);

}  // namespace edm::master
