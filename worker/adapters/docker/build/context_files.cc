#include "worker/adapters/docker/build/context_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIgnoreBytesMax = 1024 * 1024;

struct IgnoreFile {
  std::string name;
  IgnoreRules rules;
};

// The Dockerfile's own ("web.Dockerfile.dockerignore") comes before that of the folder.
Result<IgnoreFile> ReadIgnore(const ContextSource& source) {
  for (const auto& name : {source.dockerfile + ".dockerignore", std::string(".dockerignore")}) {
    const fs::path path = fs::path(source.directory) / name;
    std::error_code failure;
    if (!fs::is_regular_file(fs::symlink_status(path, failure))) continue;
    if (fs::file_size(path, failure) > kIgnoreBytesMax) {
      return Error{
          Code::kResourceExhausted, name, "it is larger than 1 MiB", {}, "ignore whole folders instead"};
    }
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EDM_TRY(auto rules, IgnoreRules::Parse(text));
    return IgnoreFile{name, std::move(rules)};
  }
  return IgnoreFile{};
}

Error Unreadable(const ContextSource& source, const std::error_code& failure) {
  return {Code::kFailedPrecondition,
          "build context " + fs::path(source.directory).filename().string(),
          "cannot be read: " + failure.message(),
          {},
          "see that build.context names a folder of the source"};
}

bool IsSent(const fs::file_status& status) {
  return fs::is_regular_file(status) || fs::is_directory(status) || fs::is_symlink(status);
}

}  // namespace

Result<std::vector<std::string>> ContextFiles(const ContextSource& source) {
  std::error_code failure;
  const fs::path root(source.directory);
  if (source.dockerfile_inline.empty() && !fs::is_regular_file(root / source.dockerfile, failure)) {
    return Error{Code::kFailedPrecondition,
                 "",
                 "there is no " + source.dockerfile,
                 {},
                 "add it, or name another under build.dockerfile"};
  }
  EDM_TRY(const IgnoreFile ignore, ReadIgnore(source));
  std::vector<std::string> names;
  fs::recursive_directory_iterator at(root, failure);
  if (failure) return Unreadable(source, failure);
  for (; at != fs::recursive_directory_iterator(); at.increment(failure)) {
    if (failure) return Unreadable(source, failure);
    const auto status = at->symlink_status(failure);
    const std::string name = at->path().lexically_relative(root).generic_string();
    const bool always = name == source.dockerfile || name == ignore.name;
    if (!always && ignore.rules.Ignores(name)) {
      const bool leads_to_dockerfile = source.dockerfile.starts_with(name + "/");
      if (fs::is_directory(status) && !ignore.rules.has_exceptions() && !leads_to_dockerfile) {
        at.disable_recursion_pending();
      }
      continue;
    }
    if (!IsSent(status) || name == ContextTar::kInlineDockerfile) continue;
    if (names.size() == ContextTar::kEntriesMax) {
      return Error{Code::kResourceExhausted,
                   "build context",
                   "more than " + std::to_string(ContextTar::kEntriesMax) + " files",
                   {},
                   "name what the build does not need in .dockerignore"};
    }
    names.push_back(name);
  }
  if (failure) return Unreadable(source, failure);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace edm::worker
