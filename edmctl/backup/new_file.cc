#include "edmctl/backup/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace edm::ctl {

Result<NewFile> NewFile::Begin(const std::string& path) {
  std::string beside = path + ".part-XXXXXX";
  UniqueFd file(::mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
  if (!file.valid()) {
    return Error{errno == ENOENT ? Code::kNotFound : Code::kPermissionDenied,
                 "file " + path,
                 std::generic_category().message(errno),
                 {},
                 "name a file in a folder that is there and may be written"};
  }
  return NewFile(path, std::move(beside), std::move(file));
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::exchange(other.beside_, {})),
      file_(std::move(other.file_)) {}

NewFile::~NewFile() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

Error NewFile::Failed(int error) const {
  return {error == ENOSPC ? Code::kResourceExhausted : Code::kUnavailable,
          "file " + path_,
          std::generic_category().message(error),
          {},
          "nothing was changed there; see the disk"};
}

Status NewFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Failed(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Ok();
}

Status NewFile::Finish() {
  if (::fsync(file_.get()) != 0) return Failed(errno);
  if (::rename(beside_.c_str(), path_.c_str()) != 0) return Failed(errno);
  beside_.clear();
  const auto parent = std::filesystem::path(path_).parent_path();
  const UniqueFd folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid() && ::fsync(folder.get()) != 0) return Failed(errno);
  return Ok();
}

}  // namespace edm::ctl
