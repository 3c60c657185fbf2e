#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "common/base/time.h"
#include "master/model/copies.h"

namespace edm::master {

// How often an instance was moved without coming to rest.
struct Unrest {
  std::uint32_t count = 0;
  SteadyTime last;
  SteadyTime not_before;  // by the master itself
};

// What the loop remembers of the present: never stored, and not part of what readers see. Whatever is
// forgotten here by a restart is reported again.
struct Watch {
  Copies copies;
  std::map<std::string, Unrest> unrest;       // by instance
  std::map<std::string, SteadyTime> removed;  // workers that people took away, for their fence
  std::set<std::string> vanished;    // workers that vanished at once: nothing of them is placed elsewhere
  std::set<std::string> drained;     // that was told
  std::set<std::string> deleted;     // instances, at most kDeletedKnownMax: what is left of them may go
  std::set<std::string> left_repos;  // of instances that are gone, to be removed once more...
  std::uint32_t repo_tries = 0;      // ...after so many tries in a row that did not go well...
  SteadyTime next_repo_try;          // ...and not before
  SteadyTime moves_paid_until;       // the rate of moves
  SteadyTime next_look;              // for what to move or to evict
  SteadyTime moves_resumed;          // somebody said that what vanished until then is lost
};

}  // namespace edm::master
