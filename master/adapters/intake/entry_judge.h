#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/adapters/intake/intake_limits.h"

namespace edm::master {

enum class EntryType : std::uint8_t { kFile, kFolder, kSymlink, kHardLink, kOther };

// One entry of an archive, as its header claims.
struct ArchiveEntry {
  std::string path;
  EntryType type = EntryType::kFile;
  std::uint32_t mode = 0;
  std::uint64_t size = 0;   // bytes
  std::string link_target;  // of symlinks and hard links
  bool encrypted = false;
};

// What is to be written, below the root of the tree. An empty path is the root itself: nothing to do.
struct JudgedEntry {
  std::string path;
  EntryType type = EntryType::kFile;
  bool executable = false;
  std::uint64_t size = 0;
  std::string link_target;  // as given for symlinks, judged for hard links
};

// Judges the entries of one archive one by one, before anything of them is written, and remembers them.
// Refused: absolute paths, "..", backslashes, control characters, what is not UTF-8, ".git", devices, FIFOs,
// sockets, setuid and setgid files, duplicates, paths through a link or a file, hard links to anything but an
// earlier file, symlinks that are absolute or leave the tree, encrypted entries, and what exceeds a limit.
// Names that differ only in case are two names. A single top folder is kept as it is.
class EntryJudge {
 public:
  explicit EntryJudge(const IntakeLimits& limits) : limits_(limits) {}

  Result<JudgedEntry> Judge(const ArchiveEntry& entry);
  // After the last entry: follows every symlink through the others, as the kernel would, and refuses one that
  // leaves the tree on the way. Also refuses an archive without a file.
  Status Finish() const;

  std::uint32_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Known {
    EntryType type;
    std::uint64_t size;
    std::string link_target;
  };
  Result<std::string> Normalized(std::string_view path) const;
  Status CheckParents(const std::string& path);
  Status Count(const ArchiveEntry& entry, std::uint64_t size);
  Status Follow(const std::string& link) const;

  const IntakeLimits limits_;
  std::map<std::string, Known, std::less<>> known_;  // by judged path; parents are entered as folders
  std::uint32_t entries_ = 0;
  std::uint32_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace edm::master
