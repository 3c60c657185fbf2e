#include "worker/adapters/docker/staged_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace edm::worker {
namespace {

Error CannotWrite(const std::string& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {full ? Code::kResourceExhausted : Code::kInternal,
          path,
          "cannot be written: " + std::generic_category().message(number),
          {},
          full ? "free space on that disk" : "see who owns that folder"};
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Result<StagedFile> StagedFile::Write(const std::string& directory, std::string_view name_hint,
                                     std::string_view text) {
  std::error_code failure;
  if (std::filesystem::create_directories(directory, failure)) ::chmod(directory.c_str(), S_IRWXU);
  if (failure) return CannotWrite(directory, failure.value());
  std::string path = directory + "/" + std::string(name_hint) + ".XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return CannotWrite(path, errno);
  StagedFile file(path);
  const bool wrote = WriteAll(fd, text);
  const int number = errno;
  if (::close(fd) != 0 || !wrote) return CannotWrite(path, wrote ? errno : number);
  return file;
}

StagedFile::StagedFile(StagedFile&& other) noexcept : path_(std::exchange(other.path_, "")) {}

StagedFile::~StagedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace edm::worker
