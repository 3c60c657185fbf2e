#include "common/adapters/compose/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace edm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "edm-compose-";

Error Failed(const std::string& what) {
  return Error{Code::kUnavailable,
               "scratch folder",
               "cannot write " + what,
               {},
               "check the disk's space and the folder's rights"};
}

bool Give(const fs::path& path, std::optional<std::uint32_t> owner) {
  return !owner || ::chown(path.c_str(), *owner, *owner) == 0;
}

// A lock on the folder, which the kernel takes back when its holder ends in whatever way. Not valid: somebody
// has it, or the folder is gone.
UniqueFd Lock(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat about {};
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
  if (::fstat(fd.get(), &about) != 0 || about.st_nlink == 0) return {};
  return fd;
}

bool IsOurs(const UniqueFd& folder) {
  struct stat about {};
  if (::fstat(folder.get(), &about) != 0) return false;
  return about.st_uid == ::geteuid() || (::geteuid() == 0 && about.st_uid == kNobody);
}

fs::path BaseOf(const std::string& above, std::error_code& error) {
  return fs::canonical(above.empty() ? fs::temp_directory_path(error) : fs::path(above), error);
}

Status WriteOne(const fs::path& root, const std::string& name, const std::string& text,
                std::optional<std::uint32_t> owner) {
  const auto path = root / name;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  for (auto folder = path.parent_path(); folder != root && folder.has_relative_path();
       folder = folder.parent_path()) {
    if (!Give(folder, owner)) return Failed(name);
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (error || !file || !Give(path, owner)) return Failed(name);
  return Ok();
}

}  // namespace

Result<ScratchFolder> ScratchFolder::Make(const std::string& above,
                                          const std::map<std::string, std::string>& files,
                                          std::optional<std::uint32_t> owner) {
  std::error_code error;
  const auto base = BaseOf(above, error);
  if (error) return Failed(above);
  EDM_TRY(auto folder, MakeEmpty(base));
  for (const auto& [name, text] : files) EDM_CHECK(WriteOne(folder.path_, name, text, owner));
  if (!Give(folder.path_, owner)) return Failed(folder.path_);
  return folder;
}

// Another program that starts may take the new folder for an abandoned one, until it is locked.
Result<ScratchFolder> ScratchFolder::MakeEmpty(const std::string& base) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    auto pattern = (fs::path(base) / (std::string(kPrefix) + "XXXXXX")).string();
    if (!::mkdtemp(pattern.data())) return Failed(pattern);  // mode 0700
    if (auto lock = Lock(pattern); lock.valid()) return ScratchFolder(pattern, std::move(lock));
  }
  return Failed(base);
}

void ScratchFolder::RemoveAbandoned(const std::string& above) {
  std::error_code error;
  const auto base = BaseOf(above, error);
  std::vector<fs::path> found;
  for (auto it = fs::directory_iterator(base, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().filename().string().starts_with(kPrefix)) found.push_back(it->path());
  }
  for (const auto& folder : found) {
    const auto lock = Lock(folder);
    if (lock.valid() && IsOurs(lock)) fs::remove_all(folder, error);
  }
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, "")), lock_(std::move(other.lock_)) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace edm
