#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "common/base/result.h"

namespace edm::ctl {

// Whom files are given to that root writes for somebody else.
struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

// Error: kNotFound when there is no such file; kResourceExhausted above `bytes_max`.
Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max = std::size_t{1} << 20U);

// Makes the folders above, writes beside and renames: readers see the old or the new file, never half of one.
// `owner`: whom file and new folders are given to.
Status WriteFile(const std::string& path, const std::string& text, mode_t mode,
                 const std::optional<Owner>& owner = std::nullopt);

// Like mkdir -p.
Status MakeFolders(const std::string& path, const std::optional<Owner>& owner = std::nullopt);

}  // namespace edm::ctl
