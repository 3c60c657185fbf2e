#pragma once

#include "master/model/command.h"

namespace edm::master {

// Whether a command brings more onto the master's disk than it takes away: such are refused while there is
// too little left. What stops or removes is always taken, for it is the way out.
bool NeedsRoom(const Command& command);

}  // namespace edm::master
