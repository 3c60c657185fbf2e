#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "master/adapters/git/git_handle.h"

namespace edm::master {

// The content of a regular file of a commit; none when it has no such file of at most `bytes_max`. `object`
// is the repo as people know it.
Result<std::optional<std::string>> ReadCommitFile(git_repository* open, const git_oid& commit,
                                                  const std::string& path, std::size_t bytes_max,
                                                  const std::string& object);

}  // namespace edm::master
