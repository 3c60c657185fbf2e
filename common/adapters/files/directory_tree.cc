#include "common/adapters/files/directory_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/text.h"
#include "common/core/path_walk.h"
#include "common/model/names.h"

namespace edm {
namespace {

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { Reset(-1); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void Reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error Failed(std::string_view path, int number) {
  const auto code = number == ENOENT || number == ENOTDIR ? Code::kNotFound : Code::kFailedPrecondition;
  return Error{code,
               Shown(path),
               std::string("cannot be read: ") + std::strerror(number),
               {},
               "check that it is there, and its rights"};
}

// The folder that holds the last name of `path`, opened name by name. errno says why when it holds nothing.
void OpenParent(int root, const std::string& path, Descriptor& parent, std::string& last) {
  const auto names = Split(path, '/');
  parent.Reset(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; i + 1 < names.size() && parent.get() >= 0; ++i) {
    parent.Reset(::openat(parent.get(), names[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  last = names.back();
}

Result<NameFacts> LookAt(int root, const std::string& path) {
  Descriptor parent;
  std::string last;
  OpenParent(root, path, parent, last);
  if (parent.get() < 0) return NameFacts{};
  struct stat status {};
  if (::fstatat(parent.get(), last.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return NameFacts{};
    return Failed(path, errno);
  }
  if (S_ISREG(status.st_mode)) return NameFacts{NameFacts::Kind::kFile, ""};
  if (S_ISDIR(status.st_mode)) return NameFacts{NameFacts::Kind::kDirectory, ""};
  if (!S_ISLNK(status.st_mode)) return NameFacts{NameFacts::Kind::kOther, ""};
  std::array<char, 4096> target{};
  const auto length = ::readlinkat(parent.get(), last.c_str(), target.data(), target.size());
  if (length < 0) return Failed(path, errno);
  return NameFacts{NameFacts::Kind::kLink, std::string(target.data(), static_cast<std::size_t>(length))};
}

Result<std::string> ReadAll(int fd, std::string_view path, std::size_t bytes_max) {
  std::string text;
  std::array<char, 16'384> buffer{};
  for (;;) {
    const auto count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(path, errno);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > bytes_max) {
      return Error{Code::kResourceExhausted,
                   Shown(path),
                   "is larger than " + FormatBytes(bytes_max),
                   {},
                   "make it smaller"};
    }
  }
}

}  // namespace

Result<std::unique_ptr<DirectoryTree>> DirectoryTree::Open(const std::string& directory) {
  const int root = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return Failed(directory, errno);
  return std::unique_ptr<DirectoryTree>(new DirectoryTree(root));
}

DirectoryTree::~DirectoryTree() { ::close(root_); }

Result<FileFacts> DirectoryTree::Look(std::string_view path) const {
  return WalkPath(path, [this](const std::string& name) { return LookAt(root_, name); });
}

Result<std::string> DirectoryTree::Read(std::string_view path, std::size_t bytes_max) const {
  EDM_TRY(const auto facts, Look(path));
  if (facts.kind == FileKind::kMissing) return Failed(path, ENOENT);
  if (facts.kind != FileKind::kFile) {
    return Error{
        Code::kFailedPrecondition, Shown(path), "is no regular file of the source", {}, "use a regular file"};
  }
  Descriptor parent;
  std::string last;
  OpenParent(root_, facts.real_path, parent, last);
  if (parent.get() < 0) return Failed(path, errno);
  // O_NONBLOCK: a FIFO that took the file's place must not hang us.
  const Descriptor file(::openat(parent.get(), last.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return Failed(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return Failed(path, EINVAL);
  return ReadAll(file.get(), path, bytes_max);
}

}  // namespace edm
