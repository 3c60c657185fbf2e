#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/ports/file_tree.h"

namespace edm {

// What one name is, itself, its link not followed.
struct NameFacts {
  enum class Kind : std::uint8_t { kMissing, kFile, kDirectory, kLink, kOther };
  Kind kind = Kind::kMissing;
  std::string link_target;
};

// `path` is from the root, without links, "." or ".." in it.
using NameLook = std::function<Result<NameFacts>(const std::string& path)>;

// Follows `path` from the root as the kernel would, but never past the root: the one rule for every FileTree.
Result<FileFacts> WalkPath(std::string_view path, const NameLook& look);

}  // namespace edm
