#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm {

// A program's data folder, and what in it a later version could change for good.
struct DataFolder {
  std::filesystem::path path;
  std::vector<std::string> state;  // files and folders in it; one that is not there is passed over
};

inline constexpr std::size_t kStateCopiesKept = 3;

// Makes the folder that of this version of edm, whose number stands in its file "version" from then on. What
// an older one wrote is first copied to "backup-<its version>"; of these copies the kStateCopiesKept newest
// stay. Before anything in the folder is opened, and by one program at a time. Errors: kFailedPrecondition (a
// newer version wrote it), others when the state cannot be copied.
Status ClaimData(const DataFolder& folder, const std::string& version);

}  // namespace edm
