#include "common/adapters/compose/scratch_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace edm {
namespace {

namespace fs = std::filesystem;

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
  const auto base = fs::canonical(above.empty() ? fs::temp_directory_path(error) : fs::path(above), error);
  if (error) return Failed(above);
  auto pattern = (base / "edm-compose-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) return Failed(pattern);
  ScratchFolder folder(pattern);  // mode 0700
  for (const auto& [name, text] : files) EDM_CHECK(WriteOne(pattern, name, text, owner));
  if (!Give(pattern, owner)) return Failed(pattern);
  return folder;
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace edm
