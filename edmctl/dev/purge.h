#pragma once

#include "common/base/result.h"
#include "edmctl/dev/layout.h"

namespace edm::ctl {

// Error kFailedPrecondition: this worker still holds instances. Without its journal nobody could find what is
// theirs on the engine, so they are to be deleted first.
Status CheckNothingIsHeld(const DevLayout& layout);

// Removes data, logs and record of a `dev` that does not run, and this user's context, token and folders of
// it.
Status Purge(const DevLayout& layout, const Paths& paths);

}  // namespace edm::ctl
