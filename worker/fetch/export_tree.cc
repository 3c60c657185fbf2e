#include "worker/fetch/export_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/text.h"
#include "common/base/unique_fd.h"
#include "common/model/names.h"

namespace edm::fetch {
namespace {

namespace fs = std::filesystem;

Error Refused(const fs::path& path, const std::string& why) {
  return {Code::kInvalidArgument, "file " + Shown(path.string()), why, {}, "take it out of the source"};
}

Error DiskFailed(const fs::path& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {full ? Code::kResourceExhausted : Code::kInternal,
          path.string(),
          std::strerror(errno),
          {},
          full ? "make room on the worker's disk" : "look at the worker's disk"};
}

bool IsFileName(const std::string& name) {
  const auto folded = Folded(name);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !name.empty() && name != "." && name != ".." && folded != ".git" &&
         name.find('/') == std::string::npos && IsUtf8(name) && std::ranges::none_of(name, is_control);
}

Status WriteAll(int fd, const char* bytes, std::uint64_t size, const fs::path& path) {
  while (size > 0) {
    const auto put = ::write(fd, bytes, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return DiskFailed(path);
    bytes += put;
    size -= static_cast<std::uint64_t>(put);
  }
  return Ok();
}

}  // namespace

Status TreeExport::Write(git_repository* repository, const std::string& commit) {
  git_oid id;
  git_commit* found = nullptr;
  git_tree* top = nullptr;
  git_oid_fromstr(&id, commit.c_str());
  if (git_commit_lookup(&found, repository, &id) != 0) {
    return Error{Code::kNotFound, "commit " + commit, GitWords(), {}, "deploy again"};
  }
  const Commit owned(found);
  if (git_commit_tree(&top, found) != 0) {
    return Error{Code::kDataLoss, "commit " + commit, GitWords(), {}, "push it again"};
  }
  const Tree tree(top);
  git_odb* opened = nullptr;
  if (git_repository_odb(&opened, repository) != 0) {
    return Error{Code::kInternal, "repo of commit " + commit, GitWords(), {}, "deploy again"};
  }
  const Objects objects(opened);
  EDM_CHECK(Measure(repository, opened, top, 0));
  return WriteTree(repository, top, "");
}

// All of it before the first file is written: a few trees that name each other many times are a small pack
// and more files than any disk holds.
Status TreeExport::Measure(git_repository* repository, git_odb* objects, const git_tree* tree,
                           std::uint32_t depth) {
  if (depth > kDepthMax) {
    return Error{Code::kResourceExhausted,
                 "source",
                 fmt::format("it has more than {} folders in each other", kDepthMax),
                 {},
                 "leave out what is made"};
  }
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
    const auto* entry = git_tree_entry_byindex(tree, i);
    if (++entries_ > kEntriesMax) {
      return Error{Code::kResourceExhausted,
                   "source",
                   fmt::format("it has more than {} files", kEntriesMax),
                   {},
                   "leave out what is made"};
    }
    const auto* id = git_tree_entry_id(entry);
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
      git_tree* found = nullptr;
      if (git_tree_lookup(&found, repository, id) != 0) continue;  // said where it is written
      const Tree below(found);
      EDM_CHECK(Measure(repository, objects, found, depth + 1));
    } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
      std::size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      if (git_odb_read_header(&size, &type, objects, id) != 0) continue;
      if ((bytes_ += size) > kBytesMax) {
        return Error{Code::kResourceExhausted,
                     "source",
                     fmt::format("it has more than {}", FormatBytes(kBytesMax)),
                     {},
                     "leave out what is made"};
      }
    }
  }
  return Ok();
}

Status TreeExport::WriteTree(git_repository* repository, const git_tree* tree, const fs::path& below) {
  EDM_CHECK(MakeFolder(below));
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
    const auto* entry = git_tree_entry_byindex(tree, i);
    const std::string name = git_tree_entry_name(entry);
    const auto path = below / name;
    if (!IsFileName(name)) return Refused(path, "no file may have this name");
    EDM_CHECK(WriteEntry(repository, entry, path));
  }
  return Ok();
}

Status TreeExport::WriteEntry(git_repository* repository, const git_tree_entry* entry, const fs::path& path) {
  switch (git_tree_entry_type(entry)) {
    case GIT_OBJECT_BLOB:
      return WriteBlob(repository, entry, path);
    case GIT_OBJECT_TREE: {
      git_tree* found = nullptr;
      if (git_tree_lookup(&found, repository, git_tree_entry_id(entry)) != 0) {
        return Error{Code::kDataLoss, "folder " + path.string(), GitWords(), {}, "push it again"};
      }
      const Tree tree(found);
      return WriteTree(repository, found, path);
    }
    default:
      return Refused(path, "it is a submodule, which is not fetched");
  }
}

Status TreeExport::WriteBlob(git_repository* repository, const git_tree_entry* entry, const fs::path& path) {
  git_blob* found = nullptr;
  if (git_blob_lookup(&found, repository, git_tree_entry_id(entry)) != 0) {
    return Error{Code::kDataLoss, "file " + path.string(), GitWords(), {}, "push it again"};
  }
  const Blob blob(found);
  const auto size = static_cast<std::uint64_t>(git_blob_rawsize(found));
  const auto* bytes = static_cast<const char*>(git_blob_rawcontent(found));
  const auto full = root_ / path;
  struct stat there {};
  if (::lstat(full.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return Refused(path, "the template has a folder of this name");
    if (::unlink(full.c_str()) != 0) return DiskFailed(full);
  }
  const auto mode = git_tree_entry_filemode(entry);
  if (mode == GIT_FILEMODE_LINK) {
    if (::symlink(std::string(bytes, size).c_str(), full.c_str()) != 0) return DiskFailed(full);
    return Ok();
  }
  const UniqueFd fd(::open(full.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644));
  if (!fd.valid()) return DiskFailed(full);
  return WriteAll(fd.get(), bytes, size, full);
}

Status TreeExport::MakeFolder(const fs::path& path) {
  const auto full = root_ / path;
  struct stat there {};
  if (::lstat(full.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return Ok();
    return Refused(path, "the template has a file of this name");
  }
  if (::mkdir(full.c_str(), 0755) != 0) return DiskFailed(full);
  return Ok();
}

Status CheckLinks(const fs::path& root) {
  std::error_code failed;
  const auto real_root = fs::canonical(root, failed);
  if (failed) return Error{Code::kInternal, root.string(), failed.message(), {}, "look at the worker's disk"};
  for (auto it = fs::recursive_directory_iterator(root, failed); it != fs::recursive_directory_iterator();
       it.increment(failed)) {
    if (failed) break;
    if (!it->is_symlink(failed)) continue;
    const auto shown = it->path().lexically_relative(root);
    // Resolved from its text: of a link to what is not there, canonical forms know only the name.
    const auto target = fs::read_symlink(it->path(), failed);
    const auto leads = fs::weakly_canonical(it->path().parent_path() / target, failed);
    if (failed) return Refused(shown, "it is a link in a circle");
    const auto inside = leads.lexically_relative(real_root);
    if (inside.empty() || *inside.begin() == "..")
      return Refused(shown, "it is a link that leaves the source");
    failed.clear();
  }
  return Ok();
}

}  // namespace edm::fetch
