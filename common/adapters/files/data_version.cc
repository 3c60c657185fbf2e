#include "common/adapters/files/data_version.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "common/base/text.h"
#include "common/base/unique_fd.h"
#include "common/base/version.h"
#include "common/rpc/secret_file.h"

namespace edm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStamp = "version";
constexpr std::string_view kCopyPrefix = "backup-";
constexpr std::string_view kUnfinished = ".part";

Error CopyFailed(const fs::path& what, const std::error_code& error) {
  return {Code::kInternal,
          what.string(),
          "the state could not be copied before this version uses it: " + error.message(),
          {},
          "make room there, or move what is not needed away, and start again"};
}

std::string StampOf(const fs::path& folder) {
  std::ifstream file(folder / kStamp);
  std::string line;
  std::getline(file, line);
  return std::string(Trim(line));
}

std::vector<fs::path> CopiesIn(const fs::path& folder) {
  std::vector<fs::path> copies;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with(kCopyPrefix)) copies.push_back(at->path());
  }
  return copies;
}

void DropOldCopies(const fs::path& folder) {
  auto copies = CopiesIn(folder);
  const auto version = [](const fs::path& copy) {
    return copy.filename().string().substr(kCopyPrefix.size());
  };
  std::ranges::sort(
      copies, [&](const auto& a, const auto& b) { return CompareVersions(version(a), version(b)) > 0; });
  std::error_code ignored;
  for (std::size_t i = kStateCopiesKept; i < copies.size(); ++i) fs::remove_all(copies[i], ignored);
}

// Under another name until it is whole.
Status CopyState(const DataFolder& folder, const std::string& version) {
  const auto copy = folder.path / (std::string(kCopyPrefix) + version);
  const fs::path unfinished = copy.string() + std::string(kUnfinished);
  std::error_code error;
  fs::remove_all(unfinished, error);
  fs::create_directory(unfinished, error);
  if (error) return CopyFailed(unfinished, error);
  fs::permissions(unfinished, fs::perms::owner_all, error);
  auto names = folder.state;
  names.emplace_back(kStamp);
  for (const auto& name : names) {
    if (!fs::exists(folder.path / name, error)) continue;
    fs::copy(folder.path / name, unfinished / name, fs::copy_options::recursive, error);
    if (error) return CopyFailed(folder.path / name, error);
  }
  // A power cut must not find the folder changed and the copy empty.
  const UniqueFd held(::open(unfinished.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held.valid() || ::syncfs(held.get()) != 0)
    return CopyFailed(unfinished, {errno, std::generic_category()});
  fs::remove_all(copy, error);
  fs::rename(unfinished, copy, error);
  if (error) return CopyFailed(copy, error);
  DropOldCopies(folder.path);
  return Ok();
}

}  // namespace

Status ClaimData(const DataFolder& folder, const std::string& version) {
  const auto wrote = StampOf(folder.path);
  if (wrote == version) return Ok();
  if (!wrote.empty() && CompareVersions(wrote, version) > 0) {
    return Error{Code::kFailedPrecondition,
                 "data folder " + folder.path.string(),
                 "version " + wrote + " of edm has written it, and this is version " + version,
                 {},
                 "install " + wrote + " or a later one; or put " + std::string(kCopyPrefix) +
                     "<version> in that folder back in place (README, \"Upgrade\")"};
  }
  if (!wrote.empty()) EDM_CHECK(CopyState(folder, wrote));
  return rpc::WriteFileWhole(folder.path / kStamp, version + "\n", rpc::kSecretMode);
}

}  // namespace edm
