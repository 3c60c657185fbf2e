#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::rpc {

inline constexpr mode_t kSecretMode = 0600;
inline constexpr mode_t kPublicMode = 0644;

// None when there is no such file. Refused (kFailedPrecondition) when others may read it.
Result<std::optional<std::string>> ReadSecretFile(const std::filesystem::path& path);

// Whole or not at all, also after a power cut: a new file in the same folder, synced, then renamed.
Status WriteFileWhole(const std::filesystem::path& path, std::string_view content, mode_t mode);

}  // namespace edm::rpc
