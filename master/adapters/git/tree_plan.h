#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/adapters/git/git_handle.h"

namespace edm::master {

// One object that a pack is to hold: its bytes, or the file that has them.
struct PackObject {
  git_oid id{};
  git_object_t type = GIT_OBJECT_BLOB;
  std::string bytes;
  std::string file;        // given: the content stands there
  std::uint64_t size = 0;  // bytes
};

struct TreePlan {
  git_oid root{};
  std::vector<PackObject> missing;  // what the repo does not hold yet, each once
};

// Turns a folder into git's objects without writing any. Executable bits and symlinks are kept, folders
// without a file are not. Refused: links that leave the folder, and what is neither file, folder nor link.
Result<TreePlan> PlanTree(git_odb* odb, const std::string& directory);

}  // namespace edm::master
