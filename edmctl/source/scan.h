#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

struct ScannedFile {
  enum class Kind { kFile, kLink, kFolder };
  std::string path;  // relative to the folder
  Kind kind = Kind::kFile;
  std::uint64_t size = 0;
  bool executable = false;
  std::string target;  // of a link
};

// What of a folder is to be uploaded.
struct Scan {
  std::vector<ScannedFile> files;  // sorted by path; empty folders are left out
  std::uint64_t bytes = 0;
  std::vector<std::string> ignored;  // files, and folders as a whole with '/' at the end
  std::string decided_by;            // ".dockerignore", ".gitignore" or ""

  std::size_t Count() const { return files.size(); }
  bool Holds(const std::string& path) const;
};

inline constexpr std::size_t kScanFilesMax = 200'000;

// .dockerignore decides, else the .gitignore files; .git never belongs to it. The compose file, Dockerfile,
// edm.yaml and the ignore files at the top are taken in any case, as docker build does.
// Errors: kNotFound, kInvalidArgument (no folder; a socket or device in it), kResourceExhausted
// (kScanFilesMax).
Result<Scan> ScanFolder(const std::string& folder);

}  // namespace edm::ctl
