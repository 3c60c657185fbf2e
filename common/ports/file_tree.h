#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm {

enum class FileKind : std::uint8_t {
  kMissing,
  kFile,
  kDirectory,
  kLeaves,  // a link or ".." on the way points out of the tree, to an absolute path, or in a circle
  kOther,   // a device, FIFO or socket
};

struct FileFacts {
  FileKind kind = FileKind::kMissing;
  std::string
      real_path;  // from the root, links resolved, "." for the root; of what is missing: where it would be
  bool is_link = false;  // the last name itself is a link
};

// The files of one folder, read only. Paths are relative to its root with '/', links are followed inside it,
// and nothing outside it is ever opened. Any thread.
class FileTree {
 public:
  virtual ~FileTree() = default;

  virtual Result<FileFacts> Look(std::string_view path) const = 0;

  // A regular file of at most `bytes_max`. Errors: kNotFound, kFailedPrecondition (no regular file, or it
  // leaves the tree), kResourceExhausted (too large).
  virtual Result<std::string> Read(std::string_view path, std::size_t bytes_max) const = 0;
};

}  // namespace edm
