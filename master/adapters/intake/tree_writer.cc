#include "master/adapters/intake/tree_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/ports/full_disk.h"

namespace edm::master {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string Named(const std::string& path) { return fmt::format("archive entry '{}'", Shown(path)); }

}  // namespace

Error WriteFailed(std::string_view object) {
  const auto reason = errno;
  if (reason == ENOSPC || reason == EDQUOT) {
    return FullDisk(object);
  }
  return Error{Code::kInternal,
               std::string(object),
               fmt::format("cannot be written: {}", std::strerror(reason)),
               {},
               "look at the disk of the master"};
}

Result<TreeWriter> TreeWriter::Open(const std::string& directory) {
  UniqueFd root(::open(directory.c_str(), kFolderFlags));
  if (!root.valid()) return WriteFailed("staging folder");
  return TreeWriter(std::move(root));
}

Result<UniqueFd> TreeWriter::OpenParent(const std::string& path, std::string* name) const {
  auto components = Split(path, '/');
  *name = std::move(components.back());
  components.pop_back();
  UniqueFd here(::openat(root_.get(), ".", kFolderFlags));
  for (const auto& component : components) {
    if (::mkdirat(here.get(), component.c_str(), 0755) != 0 && errno != EEXIST)
      return WriteFailed(Named(path));
    UniqueFd next(::openat(here.get(), component.c_str(), kFolderFlags));
    if (!next.valid()) return WriteFailed(Named(path));
    here = std::move(next);
  }
  if (!here.valid()) return WriteFailed(Named(path));
  return here;
}

Status TreeWriter::MakeFolder(const std::string& path) {
  std::string name;
  EDM_TRY(const auto parent, OpenParent(path, &name));
  if (::mkdirat(parent.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return WriteFailed(Named(path));
  return Ok();
}

Status TreeWriter::MakeSymlink(const JudgedEntry& entry) {
  std::string name;
  EDM_TRY(const auto parent, OpenParent(entry.path, &name));
  if (::symlinkat(entry.link_target.c_str(), parent.get(), name.c_str()) != 0)
    return WriteFailed(Named(entry.path));
  return Ok();
}

Status TreeWriter::MakeHardLink(const JudgedEntry& entry) {
  std::string name;
  std::string original_name;
  EDM_TRY(const auto parent, OpenParent(entry.path, &name));
  EDM_TRY(const auto original, OpenParent(entry.link_target, &original_name));
  if (::linkat(original.get(), original_name.c_str(), parent.get(), name.c_str(), 0) != 0) {
    return WriteFailed(Named(entry.path));
  }
  return Ok();
}

Status TreeWriter::BeginFile(const JudgedEntry& entry) {
  std::string name;
  EDM_TRY(const auto parent, OpenParent(entry.path, &name));
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const mode_t mode = entry.executable ? 0755 : 0644;
  file_ = UniqueFd(::openat(parent.get(), name.c_str(), kFlags, mode));
  // Whatever umask the master runs under, the executable bit is part of the source.
  if (!file_.valid() || ::fchmod(file_.get(), mode) != 0) return WriteFailed(Named(entry.path));
  if (::ftruncate(file_.get(), static_cast<off_t>(entry.size)) != 0) return WriteFailed(Named(entry.path));
  file_path_ = entry.path;
  file_size_ = entry.size;
  return Ok();
}

Status TreeWriter::WriteAt(std::uint64_t offset, std::string_view bytes) {
  if (offset > file_size_ || bytes.size() > file_size_ - offset) {
    return Error{
        Code::kInvalidArgument, Named(file_path_), "is larger than its header says", {}, "pack it again"};
  }
  while (!bytes.empty()) {
    const auto count = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return WriteFailed(Named(file_path_));
    offset += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return Ok();
}

}  // namespace edm::master
