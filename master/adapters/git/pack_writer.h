#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/adapters/git/tree_plan.h"

namespace edm::master {

// Writes objects as one pack with its index into `pack_folder`, on the disk when it returns: two fsyncs for
// an upload, not one for each file. Nothing refers to them yet, so a crash leaves only what git sweeps.
Status WritePack(git_odb* odb, const std::string& pack_folder, const std::vector<PackObject>& objects);

}  // namespace edm::master
