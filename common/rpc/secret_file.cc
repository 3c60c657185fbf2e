#include "common/rpc/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace edm::rpc {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Error Failed(const std::filesystem::path& path, std::string_view what) {
  return {Code::kFailedPrecondition,
          "file " + path.string(),
          std::string(what) + ": " + std::strerror(errno),
          {},
          "check the folder's owner, its mode and the disk's free space"};
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::optional<std::string>> ReadSecretFile(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0 && errno == ENOENT) return std::optional<std::string>();
  struct stat facts {};
  if (file.fd < 0 || ::fstat(file.fd, &facts) != 0) return Failed(path, "cannot be read");
  if ((facts.st_mode & 077U) != 0) {
    return Error{Code::kFailedPrecondition,
                 "file " + path.string(),
                 "others may read it, and it holds a secret",
                 {},
                 "chmod 600 " + path.string()};
  }
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto got = ::read(file.fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path, "cannot be read");
    if (got == 0) return std::optional(std::move(text));
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

Status WriteFileWhole(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  const auto made = path.string() + ".new";
  {
    ::unlink(made.c_str());
    const Descriptor file{::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (file.fd < 0 || !WriteAll(file.fd, content) || ::fsync(file.fd) != 0)
      return Failed(path, "cannot be written");
  }
  if (::rename(made.c_str(), path.c_str()) != 0) return Failed(path, "cannot be written");
  const Descriptor folder{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.fd >= 0) ::fsync(folder.fd);
  return Ok();
}

}  // namespace edm::rpc
