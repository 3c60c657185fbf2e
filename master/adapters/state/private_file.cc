#include "master/adapters/state/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "common/base/unique_fd.h"

namespace edm::master {
namespace {

Error Failed(const std::filesystem::path& path, int error) {
  const auto code = error == ENOSPC ? Code::kResourceExhausted : Code::kInternal;
  return {code, path.string(), std::strerror(error), {}, "see that the data folder is writable and has room"};
}

Status WriteAll(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto wrote = ::write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed(path, errno);
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(fd) != 0) return Failed(path, errno);
  return Ok();
}

}  // namespace

Result<std::string> ReadSmallFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Code::kNotFound, path.string(), "it cannot be read", {}, "see that it is there"};
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

Status WritePrivateFile(const std::filesystem::path& path, std::string_view content) {
  auto fresh = path;
  fresh += ".new";
  {
    const UniqueFd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return Failed(fresh, errno);
    EDM_CHECK(WriteAll(fd.get(), content, fresh));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return Failed(path, errno);
  return Ok();
}

}  // namespace edm::master
