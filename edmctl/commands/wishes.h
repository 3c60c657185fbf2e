#pragma once

#include <string>
#include <vector>

#include "edm/v1/model.pb.h"
#include "edmctl/commands/arguments.h"
#include "edmctl/commands/command.h"

namespace edm::ctl {

// Options that say where an instance may run, and where it had better: --memory, --label, --near, ...
std::vector<Option> WishOptions();

// Whether any of them was given.
bool HasWishes(const Arguments& args);

// Lays those that were given over a spec; what was not given stays as it is.
Status ApplyWishes(const Arguments& args, v1::InstanceSpec& spec);

}  // namespace edm::ctl
