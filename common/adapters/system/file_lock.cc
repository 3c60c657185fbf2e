#include "common/adapters/system/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/text.h"

namespace edm {

Result<FileLock> FileLock::Take(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) {
    const auto code = errno == ENOENT   ? Code::kNotFound
                      : errno == ENOSPC ? Code::kResourceExhausted
                                        : Code::kPermissionDenied;
    return Error{code, "lock file " + path, std::strerror(errno), {}, "check the folder it stands in"};
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    (void)!::pread(fd.get(), holder, sizeof holder - 1, 0);
    return Error{Code::kFailedPrecondition,
                 "lock file " + path,
                 "held by process " + std::string(Trim(holder)),
                 {},
                 "stop that process, or use another folder"};
  }
  const auto pid = std::to_string(::getpid()) + "\n";
  // Only for people: the claim is the lock, not the text.
  (void)!::ftruncate(fd.get(), 0);
  (void)!::pwrite(fd.get(), pid.data(), pid.size(), 0);
  return FileLock(std::move(fd));
}

}  // namespace edm
