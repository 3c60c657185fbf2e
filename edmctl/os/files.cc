#include "edmctl/os/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace edm::ctl {
namespace {

Error FileError(const std::string& path, int number) {
  const auto code = number == ENOENT   ? Code::kNotFound
                    : number == EACCES ? Code::kPermissionDenied
                                       : Code::kInternal;
  const auto* hint = number == ENOENT   ? "see whether the path is right"
                     : number == EACCES ? "see whose it is: ls -ld PATH"
                                        : "";
  return Error{code, path, std::strerror(number), {}, hint};
}

bool WriteAll(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto wrote = write(file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  return true;
}

Status Finished(int file, const std::string& beside, const std::string& path, const std::string& text,
                const std::optional<Owner>& owner) {
  const auto owned = !owner || fchown(file, owner->user, owner->group) == 0;
  const auto written = owned && WriteAll(file, text) && fsync(file) == 0;
  const auto number = errno;
  close(file);
  if (!written) {
    unlink(beside.c_str());
    return FileError(path, number);
  }
  if (rename(beside.c_str(), path.c_str()) != 0) {
    const auto failure = FileError(path, errno);
    unlink(beside.c_str());
    return failure;
  }
  return Ok();
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return FileError(path, errno);
  struct stat facts {};
  if (fstat(file, &facts) != 0 || S_ISDIR(facts.st_mode)) {
    close(file);
    return FileError(path, EISDIR);
  }
  std::string text;
  char piece[16'384];
  for (;;) {
    const auto got = read(file, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const auto failure = FileError(path, errno);
      close(file);
      return failure;
    }
    if (got == 0) break;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      close(file);
      return Error{
          Code::kResourceExhausted, path, "larger than " + std::to_string(bytes_max) + " bytes", {}, ""};
    }
  }
  close(file);
  return text;
}

Status MakeFolders(const std::string& path, const std::optional<Owner>& owner) {
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const auto folder = path.substr(0, at);
    if (mkdir(folder.c_str(), 0755) == 0) {
      if (owner && chown(folder.c_str(), owner->user, owner->group) != 0) return FileError(folder, errno);
    } else if (errno != EEXIST) {
      return FileError(folder, errno);
    }
  }
  return Ok();
}

Status WriteFile(const std::string& path, const std::string& text, mode_t mode,
                 const std::optional<Owner>& owner) {
  EDM_CHECK(MakeFolders(path.substr(0, path.rfind('/')), owner));
  const auto beside = path + ".new";
  unlink(beside.c_str());
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return FileError(beside, errno);
  return Finished(file, beside, path, text, owner);
}

}  // namespace edm::ctl
