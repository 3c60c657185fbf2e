#include "master/adapters/git/bare_repos.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/adapters/files/git_leftovers.h"
#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/ports/full_disk.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".git";
constexpr std::string_view kMaking = ".new-";
constexpr std::string_view kLeaving = ".gone-";

Status CheckNames(const RepoName& repo) {
  EDM_CHECK(CheckOwner(repo.owner));
  return CheckInstanceId(repo.name);
}

Error DiskFailed(const std::string& object, const std::error_code& failed) {
  if (failed == std::errc::no_space_on_device) {
    return FullDisk(object);
  }
  return Error{Code::kInternal,
               object,
               "cannot be written: " + failed.message(),
               {},
               "let the master's user write to data_dir"};
}

void SyncFolder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

std::string ShownRepo(const RepoName& repo) { return Shown(repo.owner) + "/" + Shown(repo.name); }

Result<std::unique_ptr<BareRepos>> BareRepos::Open(std::string root, Entropy& entropy) {
  StartGitLibrary();
  std::error_code failed;
  fs::create_directories(root, failed);
  if (!failed) fs::permissions(root, fs::perms::owner_all, failed);
  if (failed) return DiskFailed("git folder " + root, failed);
  std::unique_ptr<BareRepos> repos(new BareRepos(std::move(root), entropy));
  repos->Sweep();
  return repos;
}

void BareRepos::Sweep() const {
  std::error_code ignored;  // what cannot be removed now is tried again at the next start
  std::vector<fs::path> gone;
  for (const auto& entry : fs::directory_iterator(root_, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(kMaking) || name.starts_with(kLeaving)) gone.push_back(entry.path());
  }
  if (const auto repos = List(); repos.ok()) {
    for (const auto& repo : *repos) {
      gone.push_back(fs::path(Path(repo)) / "refs/edm/import");
      RemoveGitLeftovers(Path(repo));
    }
  }
  for (const auto& path : gone) fs::remove_all(path, ignored);
}

std::string BareRepos::Path(const RepoName& repo) const {
  return fmt::format("{}/{}/{}{}", root_, Folded(repo.owner), repo.name, kSuffix);
}

std::mutex& BareRepos::LockOf(const RepoName& repo) const {
  return locks_[std::hash<std::string>{}(Path(repo)) % locks_.size()];
}

std::string BareRepos::Fresh(std::string_view prefix) {
  return fmt::format("{}/{}{}", root_, prefix, ToHex(entropy_.Bytes(8)));
}

Status BareRepos::MakeOwner(const std::string& owner) {
  EDM_CHECK(CheckOwner(owner));
  std::error_code failed;
  fs::create_directories(root_ + "/" + Folded(owner), failed);
  if (failed) return DiskFailed("owner " + owner, failed);
  return Ok();
}

Status BareRepos::Make(const RepoName& repo, const std::string& branch) {
  EDM_CHECK(CheckNames(repo));
  EDM_CHECK(CheckBranch(branch));
  const auto head = "refs/heads/" + branch;
  const std::lock_guard lock(LockOf(repo));
  if (const auto there = OpenRepo(repo); there.ok()) {
    if (const auto code = git_repository_set_head(there->get(), head.c_str()); code != 0) {
      return GitFailure("repo " + ShownRepo(repo), code);
    }
    return Ok();
  }
  const auto making = Fresh(kMaking);
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = branch.c_str();
  git_repository* made = nullptr;
  const auto code = git_repository_init_ext(&made, making.c_str(), &options);
  const GitRepo held(made);
  std::error_code failed;
  if (code != 0) {
    auto error = GitFailure("repo " + ShownRepo(repo), code);
    fs::remove_all(making, failed);
    return error;
  }
  // Twice: the folder of an owner goes with its last repo, which may be now.
  for (int i = 0; i < 2; ++i) {
    EDM_CHECK(MakeOwner(repo.owner));
    fs::rename(making, Path(repo), failed);
    if (failed != std::errc::no_such_file_or_directory) break;
  }
  if (failed) return DiskFailed("repo " + ShownRepo(repo), failed);
  SyncFolder(fs::path(Path(repo)).parent_path());
  return Ok();
}

Status BareRepos::Delete(const RepoName& repo) {
  EDM_CHECK(CheckNames(repo));
  const std::lock_guard lock(LockOf(repo));
  const auto leaving = Fresh(kLeaving);
  std::error_code failed;
  fs::rename(Path(repo), leaving, failed);
  if (failed == std::errc::no_such_file_or_directory) return Ok();
  if (failed) return DiskFailed("repo " + ShownRepo(repo), failed);
  const auto owner = fs::path(Path(repo)).parent_path();
  SyncFolder(owner);
  fs::remove_all(leaving, failed);
  ::rmdir(owner.c_str());  // refused while other repos stand there
  return Ok();
}

Result<std::vector<RepoName>> BareRepos::List() const {
  std::vector<RepoName> repos;
  std::error_code failed;
  for (const auto& owner : fs::directory_iterator(root_, failed)) {
    const auto name = owner.path().filename().string();
    if (name.starts_with('.') || !owner.is_directory(failed)) continue;
    for (const auto& repo : fs::directory_iterator(owner.path(), failed)) {
      if (repo.path().extension() == kSuffix) repos.push_back({name, repo.path().stem()});
    }
  }
  if (failed) return DiskFailed("git folder", failed);
  return repos;
}

Result<GitRepo> BareRepos::OpenRepo(const RepoName& repo) const {
  EDM_CHECK(CheckNames(repo));
  git_repository* opened = nullptr;
  constexpr unsigned kFlags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE;
  const auto code = git_repository_open_ext(&opened, Path(repo).c_str(), kFlags, nullptr);
  if (code == GIT_ENOTFOUND) {
    return Error{
        Code::kNotFound, "repo " + ShownRepo(repo), "does not exist", {}, "create the instance first"};
  }
  if (code != 0) return GitFailure("repo " + ShownRepo(repo), code);
  return GitRepo(opened);
}

}  // namespace edm::master
