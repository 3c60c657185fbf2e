#include "worker/adapters/files/disk_release_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "common/rpc/secret_file.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFinalFile = "compose.json";
// Containers of any user read what is mounted into them; the folders above let nobody else in.
constexpr mode_t kRenderedMode = 0644;

Error Failed(const fs::path& path, const std::error_code& why) {
  const bool full = why == std::errc::no_space_on_device;
  return {.code = full ? Code::kResourceExhausted : Code::kInternal,
          .object = path.string(),
          .cause = why.message(),
          .hint = full ? "make room on the disk" : "make the data folder writable for the worker"};
}

// Also what a build left read-only.
Status RemoveTree(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (!failed) return Ok();
  std::error_code ignored;
  for (auto it = fs::recursive_directory_iterator(path, ignored); it != fs::recursive_directory_iterator();
       it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(path, failed);
  if (failed) return Failed(path, failed);
  return Ok();
}

// "r12" -> 12
std::optional<std::uint32_t> NumberOf(const std::string& name) {
  std::uint32_t number = 0;
  const auto* end = name.data() + name.size();
  if (name.size() < 2 || name[0] != 'r') return std::nullopt;
  const auto parsed = std::from_chars(name.data() + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

fs::path DiskReleaseFiles::Folder(const std::string& instance, std::uint32_t release) const {
  return root_ / instance / ("r" + std::to_string(release));
}

std::string DiskReleaseFiles::CheckoutDirectory(const std::string& instance, std::uint32_t release) const {
  return Folder(instance, release) / "checkout";
}

std::string DiskReleaseFiles::RenderedDirectory(const std::string& instance, std::uint32_t release) const {
  return Folder(instance, release) / "rendered";
}

Status DiskReleaseFiles::WriteFinal(const std::string& instance, std::uint32_t release,
                                    const std::string& compose_json,
                                    const std::map<std::string, std::string>& rendered) {
  const auto folder = Folder(instance, release);
  for (const auto& [name, content] : rendered) {
    const auto path = folder / "rendered" / name;
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed) return Failed(path, failed);
    EDM_CHECK(rpc::WriteFileWhole(path, content, kRenderedMode));
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return Failed(folder, failed);
  return rpc::WriteFileWhole(folder / kFinalFile, compose_json, rpc::kSecretMode);
}

Result<std::string> DiskReleaseFiles::ReadFinal(const std::string& instance, std::uint32_t release) {
  const auto path = Folder(instance, release) / kFinalFile;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{.code = Code::kNotFound,
                 .object = "release " + std::to_string(release) + " of instance " + instance,
                 .cause = path.string() + " is not there",
                 .hint = "build it again: edmctl deploy"};
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<std::vector<std::uint32_t>> DiskReleaseFiles::Releases(const std::string& instance) {
  std::vector<std::uint32_t> numbers;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(root_ / instance, failed)) {
    if (const auto number = NumberOf(entry.path().filename())) numbers.push_back(*number);
  }
  if (failed && failed != std::errc::no_such_file_or_directory) return Failed(root_ / instance, failed);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Status DiskReleaseFiles::Drop(const std::string& instance, std::uint32_t release) {
  return RemoveTree(Folder(instance, release));
}

Status DiskReleaseFiles::DropAll(const std::string& instance) { return RemoveTree(root_ / instance); }

}  // namespace edm::worker
