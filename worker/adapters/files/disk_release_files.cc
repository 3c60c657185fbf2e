#include "worker/adapters/files/disk_release_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

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

constexpr std::uintmax_t kComparedBytesMax = 16 * 1024 * 1024;  // in one file
constexpr std::size_t kComparedFilesMax = 10'000;               // in one folder

bool SameFile(const fs::path& one, const fs::path& other) {
  std::error_code failed;
  const auto size = fs::file_size(one, failed);
  if (failed || size > kComparedBytesMax || fs::file_size(other, failed) != size || failed) return false;
  std::ifstream first(one, std::ios::binary);
  std::ifstream second(other, std::ios::binary);
  return first && second &&
         std::equal(std::istreambuf_iterator<char>(first), {}, std::istreambuf_iterator<char>(second), {});
}

bool SameEntry(const fs::path& one, const fs::path& other) {
  std::error_code failed;
  const auto status = fs::symlink_status(one, failed);
  const auto beside = fs::symlink_status(other, failed);
  if (failed || status.type() != beside.type() || status.permissions() != beside.permissions()) return false;
  if (fs::is_directory(status)) return true;
  if (fs::is_symlink(status))
    return fs::read_symlink(one, failed) == fs::read_symlink(other, failed) && !failed;
  return fs::is_regular_file(status) && SameFile(one, other);
}

// Paths below a folder; none: they cannot be read, or are too many.
std::optional<std::set<fs::path>> PathsBelow(const fs::path& folder) {
  std::set<fs::path> paths;
  std::error_code failed;
  for (auto it = fs::recursive_directory_iterator(folder, failed); it != fs::recursive_directory_iterator();
       it.increment(failed)) {
    if (failed || paths.size() >= kComparedFilesMax) return std::nullopt;
    paths.insert(it->path().lexically_relative(folder));
  }
  return failed ? std::nullopt : std::optional(std::move(paths));
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

bool DiskReleaseFiles::IsSame(const std::string& instance, std::uint32_t one, std::uint32_t other,
                              const std::string& path) const {
  const auto first = Folder(instance, one) / path;
  const auto second = Folder(instance, other) / path;
  std::error_code failed;
  if (!SameEntry(first, second)) return false;
  if (!fs::is_directory(first, failed)) return true;
  const auto paths = PathsBelow(first);
  return paths && paths == PathsBelow(second) && std::ranges::all_of(*paths, [&](const auto& below) {
           return SameEntry(first / below, second / below);
         });
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
