#include "common/adapters/files/git_leftovers.h"

#include <functional>
#include <string_view>
#include <system_error>
#include <vector>

namespace edm {
namespace {

namespace fs = std::filesystem;

bool IsLock(std::string_view name) { return name.ends_with(".lock"); }
bool IsQuarantine(std::string_view name) {
  return name.starts_with("tmp_objdir-") || name.starts_with("incoming-");
}
bool IsUnfinished(std::string_view name) {
  return name.starts_with("pack_git2_") || name.starts_with("tmp_");
}

template <class Iterator>
void Collect(const fs::path& folder, bool (*unwanted)(std::string_view), std::vector<fs::path>& into) {
  std::error_code ignored;
  for (auto it = Iterator(folder, ignored); it != Iterator(); it.increment(ignored)) {
    if (unwanted(it->path().filename().string())) into.push_back(it->path());
  }
}

void RemoveAll(const std::vector<fs::path>& paths) {
  std::error_code ignored;
  for (const auto& path : paths) fs::remove_all(path, ignored);
}

}  // namespace

void RemovePushLeftovers(const fs::path& repo) {
  std::vector<fs::path> left;
  Collect<fs::recursive_directory_iterator>(repo / "refs" / "tags", IsLock, left);
  Collect<fs::directory_iterator>(repo / "objects", IsQuarantine, left);
  RemoveAll(left);
}

void RemoveGitLeftovers(const fs::path& repo) {
  std::vector<fs::path> left;
  Collect<fs::directory_iterator>(repo, IsLock, left);
  Collect<fs::recursive_directory_iterator>(repo / "refs", IsLock, left);
  Collect<fs::directory_iterator>(repo / "objects", IsQuarantine, left);
  Collect<fs::directory_iterator>(repo / "objects" / "pack", IsUnfinished, left);
  RemoveAll(left);
}

}  // namespace edm
