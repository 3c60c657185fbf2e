#include "master/adapters/git/tree_plan.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "common/model/names.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;

constexpr int kDepthMax = 256;  // folders; the intake's own limit is lower

struct TreeLine {
  std::string name;
  git_filemode_t mode;
  git_oid id;

  // git sorts a folder as though its name ended in '/'.
  std::string SortedAs() const { return mode == GIT_FILEMODE_TREE ? name + '/' : name; }
};

Error Refused(const std::string& path, std::string_view cause) {
  return Error{Code::kInvalidArgument,
               fmt::format("file '{}'", Shown(path)),
               std::string(cause),
               {},
               "leave it out of the source"};
}

// Lexical: the intake has followed every link; this holds for folders that came another way.
bool LeavesTree(const std::string& link, const std::string& target) {
  const auto resolved = (fs::path(link).parent_path() / target).lexically_normal();
  return target.starts_with('/') || *resolved.begin() == "..";
}

class Planner {
 public:
  Planner(git_odb* odb, const std::string& root) : odb_(odb), root_(root) {}

  // None: the folder holds no file.
  Result<std::optional<git_oid>> Folder(const std::string& path, int depth) {
    if (depth > kDepthMax) return Refused(path, "lies in too many folders");
    std::error_code failed;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(Absolute(path), failed))
      names.push_back(entry.path().filename());
    if (failed) return Refused(path, "cannot be read: " + failed.message());
    std::vector<TreeLine> lines;
    for (const auto& name : names) {
      EDM_TRY(const auto line, Entry(path.empty() ? name : path + "/" + name, name, depth));
      if (line) lines.push_back(*line);
    }
    if (lines.empty()) return std::optional<git_oid>();
    std::ranges::sort(lines, {}, &TreeLine::SortedAs);
    std::string bytes;
    for (const auto& line : lines) {
      bytes += fmt::format("{:o} {}", static_cast<unsigned>(line.mode), line.name);
      bytes += '\0';
      bytes.append(reinterpret_cast<const char*>(line.id.id), GIT_OID_RAWSZ);
    }
    EDM_TRY(const auto id, Keep(GIT_OBJECT_TREE, std::move(bytes)));
    return std::optional(id);
  }

  std::vector<PackObject> TakeMissing() { return std::move(missing_); }

 private:
  std::string Absolute(const std::string& path) const { return path.empty() ? root_ : root_ + "/" + path; }

  Result<std::optional<TreeLine>> Entry(const std::string& path, const std::string& name, int depth) {
    struct stat found {};
    if (::lstat(Absolute(path).c_str(), &found) != 0) return Refused(path, "cannot be read");
    if (S_ISDIR(found.st_mode)) {
      EDM_TRY(const auto id, Folder(path, depth + 1));
      if (!id) return std::optional<TreeLine>();
      return std::optional(TreeLine{name, GIT_FILEMODE_TREE, *id});
    }
    if (S_ISLNK(found.st_mode)) {
      std::error_code failed;
      const std::string target = fs::read_symlink(Absolute(path), failed);
      if (failed || LeavesTree(path, target)) return Refused(path, "is a link that leaves the source");
      EDM_TRY(const auto id, Keep(GIT_OBJECT_BLOB, target));
      return std::optional(TreeLine{name, GIT_FILEMODE_LINK, id});
    }
    if (!S_ISREG(found.st_mode)) return Refused(path, "is a device, FIFO or socket");
    EDM_TRY(const auto id, File(path, static_cast<std::uint64_t>(found.st_size)));
    const bool executable = (found.st_mode & S_IXUSR) != 0;
    return std::optional(TreeLine{name, executable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB, id});
  }

  Result<git_oid> File(const std::string& path, std::uint64_t size) {
    git_oid id;
    const auto absolute = Absolute(path);
    if (const auto code = git_odb_hashfile(&id, absolute.c_str(), GIT_OBJECT_BLOB); code != 0) {
      return GitFailure(fmt::format("file '{}'", Shown(path)), code);
    }
    if (IsNew(id)) missing_.push_back({id, GIT_OBJECT_BLOB, "", absolute, size});
    return id;
  }

  Result<git_oid> Keep(git_object_t type, std::string bytes) {
    git_oid id;
    if (const auto code = git_odb_hash(&id, bytes.data(), bytes.size(), type); code != 0) {
      return GitFailure("source", code);
    }
    const auto size = bytes.size();
    if (IsNew(id)) missing_.push_back({id, type, std::move(bytes), "", size});
    return id;
  }

  bool IsNew(const git_oid& id) {
    return git_odb_exists_ext(odb_, &id, GIT_ODB_LOOKUP_NO_REFRESH) == 0 &&
           planned_.insert(ToText(id)).second;
  }

  git_odb* const odb_;
  const std::string& root_;
  std::vector<PackObject> missing_;
  std::set<std::string> planned_;
};

}  // namespace

Result<TreePlan> PlanTree(git_odb* odb, const std::string& directory) {
  Planner planner(odb, directory);
  EDM_TRY(const auto root, planner.Folder("", 0));
  if (!root) {
    return Error{
        Code::kInvalidArgument, "source", "holds no file", {}, "send the folder that has the compose file"};
  }
  return TreePlan{*root, planner.TakeMissing()};
}

}  // namespace edm::master
