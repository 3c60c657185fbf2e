#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::templates {

enum class EntryKind : std::uint8_t { kFile, kDirectory, kLink };

struct TreeEntry {
  std::string path;  // relative, with '/'
  EntryKind kind = EntryKind::kFile;
  bool operator==(const TreeEntry&) const = default;
};

// The template's entries that go under a source, sorted, folders before what is in them: those which the
// source has not. Error: kFailedPrecondition where one side has a folder and the other something else, all
// conflicts named.
Result<std::vector<TreeEntry>> Overlay(const std::vector<TreeEntry>& source,
                                       const std::vector<TreeEntry>& under);

}  // namespace edm::templates
