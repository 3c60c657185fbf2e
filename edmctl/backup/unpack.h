#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace edm::ctl {

struct Unpacked {
  std::string manifest;  // JSON
  std::uint32_t state_files = 0;
  std::uint32_t repos = 0;
};

// Writes what a backup holds into `folder`, which is there and empty: keys/, config/, state/, git/. The whole
// file was proved to be there, and unchanged, when this returns ok; after an error what was written is worth
// nothing. Only plain files and folders of those names are taken. Blocking.
Result<Unpacked> UnpackBackup(const std::string& file, std::string_view passphrase,
                              const std::filesystem::path& folder);

}  // namespace edm::ctl
