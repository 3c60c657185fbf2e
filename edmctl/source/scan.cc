#include "edmctl/source/scan.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "edmctl/os/files.h"
#include "edmctl/source/ignore_rules.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kAlwaysTaken = {
    "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "Dockerfile",
    "edm.yaml",     "edm.yml",     ".dockerignore",       ".gitignore"};

constexpr const char* kLeaveOut = "leave it out with .dockerignore, or make it readable for you";

class Scanner {
 public:
  explicit Scanner(std::string top) : top_(std::move(top)) {}

  Result<Scan> Run() {
    std::error_code failure;
    if (!fs::is_directory(top_, failure)) {
      const bool there = fs::exists(top_, failure);
      return Error{there ? Code::kInvalidArgument : Code::kNotFound,
                   top_,
                   there ? "is no folder" : "does not exist",
                   {},
                   "give the folder that holds the compose file"};
    }
    if (const auto text = ReadFile(top_ + "/.dockerignore"); text.ok()) {
      rules_.AddDocker(*text);
      scan_.decided_by = ".dockerignore";
    }
    EDM_CHECK(Enter("", false));
    std::ranges::sort(scan_.files, {}, &ScannedFile::path);
    std::ranges::sort(scan_.ignored);
    return std::move(scan_);
  }

 private:
  // `inside_ignored`: only exceptions are looked for.
  Status Enter(const std::string& folder, bool inside_ignored) {
    const auto here = folder.empty() ? top_ : top_ + "/" + folder;
    if (scan_.decided_by != ".dockerignore") {
      if (const auto text = ReadFile(here + "/.gitignore"); text.ok()) {
        rules_.AddGit(folder, *text);
        scan_.decided_by = ".gitignore";
      }
    }
    std::error_code failure;
    std::vector<std::string> names;
    for (fs::directory_iterator at(here, failure), end; !failure && at != end; at.increment(failure)) {
      names.push_back(at->path().filename().string());
    }
    if (failure) return Error{Code::kPermissionDenied, here, failure.message(), {}, kLeaveOut};
    std::ranges::sort(names);
    for (const auto& name : names) {
      if (name == ".git") continue;
      EDM_CHECK(Take(folder.empty() ? name : folder + "/" + name, inside_ignored));
    }
    return Ok();
  }

  Status Take(const std::string& path, bool inside_ignored) {
    const auto full = top_ + "/" + path;
    std::error_code failure;
    const auto status = fs::symlink_status(full, failure);
    if (failure) return Error{Code::kPermissionDenied, full, failure.message(), {}, kLeaveOut};
    const bool is_folder = fs::is_directory(status);
    if (Ignored(path, is_folder, inside_ignored)) {
      if (is_folder && rules_.MayTakeBackInside()) return Enter(path, true);
      scan_.ignored.push_back(is_folder ? path + "/" : path);
      return Ok();
    }
    if (is_folder) return Enter(path, false);
    return Add(path, full, status);
  }

  bool Ignored(const std::string& path, bool is_folder, bool inside_ignored) const {
    if (!is_folder && std::ranges::count(kAlwaysTaken, path) > 0) return false;
    if (!inside_ignored) return rules_.Ignores(path, is_folder);
    // Below an ignored folder an entry stays out unless a pattern takes it back by name.
    return !rules_.TakesBack(path);
  }

  Status Add(const std::string& path, const std::string& full, fs::file_status status) {
    if (scan_.files.size() == kScanFilesMax) {
      return Error{Code::kResourceExhausted,
                   top_,
                   "holds more than " + std::to_string(kScanFilesMax) + " files",
                   {},
                   "leave some out with .dockerignore"};
    }
    ScannedFile file;
    file.path = path;
    std::error_code failure;
    if (fs::is_symlink(status)) {
      file.kind = ScannedFile::Kind::kLink;
      file.target = fs::read_symlink(full, failure).string();
    } else if (fs::is_regular_file(status)) {
      file.size = fs::file_size(full, failure);
      file.executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
      if ((status.permissions() & (fs::perms::set_uid | fs::perms::set_gid)) != fs::perms::none) {
        return Error{Code::kInvalidArgument,
                     full,
                     "is setuid or setgid, which no upload may be",
                     {},
                     "chmod ug-s it, or leave it out with .dockerignore"};
      }
    } else {
      return Error{Code::kInvalidArgument,
                   full,
                   "is neither file, folder nor link",
                   {},
                   "leave it out with .dockerignore"};
    }
    if (failure) return Error{Code::kPermissionDenied, full, failure.message(), {}, kLeaveOut};
    scan_.bytes += file.size;
    scan_.files.push_back(std::move(file));
    return Ok();
  }

  const std::string top_;
  IgnoreRules rules_;
  Scan scan_;
};

}  // namespace

bool Scan::Holds(const std::string& path) const {
  const auto at = std::ranges::lower_bound(files, path, {}, &ScannedFile::path);
  if (at != files.end() && at->path == path) return true;
  const auto below = std::ranges::lower_bound(files, path + "/", {}, &ScannedFile::path);
  return below != files.end() && below->path.starts_with(path + "/");
}

Result<Scan> ScanFolder(const std::string& folder) { return Scanner(folder).Run(); }

}  // namespace edm::ctl
