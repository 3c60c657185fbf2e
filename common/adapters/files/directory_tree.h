#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/ports/file_tree.h"

namespace edm {

// A folder of this machine. Each name on a path is looked at by itself, below a descriptor of the root, and
// no link is ever followed by the kernel: what changes meanwhile may be missed, but never leads out. Any
// thread.
class DirectoryTree final : public FileTree {
 public:
  // Error: kNotFound, no such folder.
  static Result<std::unique_ptr<DirectoryTree>> Open(const std::string& directory);
  ~DirectoryTree() override;

  DirectoryTree(const DirectoryTree&) = delete;
  DirectoryTree& operator=(const DirectoryTree&) = delete;

  Result<FileFacts> Look(std::string_view path) const override;
  Result<std::string> Read(std::string_view path, std::size_t bytes_max) const override;

 private:
  explicit DirectoryTree(int root) : root_(root) {}

  const int root_;
};

}  // namespace edm
