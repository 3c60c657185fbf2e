#pragma once

#include <cstdint>

namespace edm::master {

// What an upload may be. Each is a named setting of the master; the error that meets it names the setting.
struct IntakeLimits {
  std::uint64_t upload_bytes_max = 512ULL << 20U;  // as sent
  std::uint64_t unpacked_bytes_max = 2ULL << 30U;  // all files together; a hard link counts as its file
  std::uint64_t file_bytes_max = 512ULL << 20U;    // one file
  std::uint32_t entries_max = 100'000;             // files, folders and links
  std::uint32_t ratio_max = 200;                   // unpacked to sent, judged above `ratio_free_bytes`
  std::uint64_t ratio_free_bytes = 16ULL << 20U;   // small sources of zeros are nobody's attack
  std::uint32_t path_bytes_max = 1024;
  std::uint32_t depth_max = 64;  // folders above a file
};

}  // namespace edm::master
