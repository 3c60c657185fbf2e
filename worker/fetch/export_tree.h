#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/result.h"
#include "worker/fetch/git_owned.h"

namespace edm::fetch {

// Writes the files of a commit into a folder, without git's own. What lies there from an earlier layer is
// replaced file by file. Refuses what must not reach a checkout: submodules, names that no file may have, a
// folder where the other layer has a file, and more than these limits.
class TreeExport {
 public:
  static constexpr std::uint64_t kEntriesMax = 200'000;
  static constexpr std::uint64_t kBytesMax = 4ULL * 1024 * 1024 * 1024;
  static constexpr std::uint32_t kDepthMax = 256;

  explicit TreeExport(std::filesystem::path root) : root_(std::move(root)) {}
  Status Write(git_repository* repository, const std::string& commit);

 private:
  Status Measure(git_repository* repository, git_odb* objects, const git_tree* tree, std::uint32_t depth);
  Status WriteTree(git_repository* repository, const git_tree* tree, const std::filesystem::path& below);
  Status WriteEntry(git_repository* repository, const git_tree_entry* entry,
                    const std::filesystem::path& path);
  Status WriteBlob(git_repository* repository, const git_tree_entry* entry,
                   const std::filesystem::path& path);
  Status MakeFolder(const std::filesystem::path& path);

  const std::filesystem::path root_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

// Refuses links that lead out of `root`, whatever other links they pass through; links to what is not there
// may stay. kInvalidArgument names the link.
Status CheckLinks(const std::filesystem::path& root);

}  // namespace edm::fetch
