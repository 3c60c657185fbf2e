#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "master/adapters/intake/entry_judge.h"

namespace edm::master {

// Writes judged entries below one folder. Each path is walked folder by folder without following any link, so
// that a mistake of the judge could still write nowhere else. One thread.
class TreeWriter {
 public:
  static Result<TreeWriter> Open(const std::string& directory);

  Status MakeFolder(const std::string& path);
  Status MakeSymlink(const JudgedEntry& entry);
  Status MakeHardLink(const JudgedEntry& entry);
  // Creates a file of entry.size zeros, to be filled by WriteAt until the next call.
  Status BeginFile(const JudgedEntry& entry);
  Status WriteAt(std::uint64_t offset, std::string_view bytes);

 private:
  explicit TreeWriter(UniqueFd root) : root_(std::move(root)) {}
  Result<UniqueFd> OpenParent(const std::string& path, std::string* name) const;

  UniqueFd root_;
  UniqueFd file_;
  std::string file_path_;
  std::uint64_t file_size_ = 0;
};

// The error for a failed write: a full disk is told apart. Uses errno.
Error WriteFailed(std::string_view object);

}  // namespace edm::master
