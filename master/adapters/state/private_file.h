#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// The content of a small file. kNotFound: there is none.
Result<std::string> ReadSmallFile(const std::filesystem::path& path);

// Mode 0600, on the disk, whole or not at all; replaces what was there.
Status WritePrivateFile(const std::filesystem::path& path, std::string_view content);

}  // namespace edm::master
