#include "edmctl/backup/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "common/adapters/kv/consul_kv_store.h"
#include "common/adapters/kv/sqlite_kv_store.h"
#include "common/adapters/system/file_lock.h"
#include "common/base/unique_fd.h"
#include "edmctl/backup/state_restore.h"
#include "edmctl/backup/unpack.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

// Where the parts of a backup stand in a master's data folder.
struct Place {
  const char* from;
  const char* to;
};
constexpr Place kPlaces[] = {{"state.db", "state.db"},
                             {"git", "git"},
                             {"keys/ca.pem", "ca/ca.pem"},
                             {"keys/ca.crt", "ca/ca.crt"},
                             {"keys/seal.key", "seal.key"},
                             {"keys/admin.token", "admin.token"},
                             {"config/master.yaml", "restored-master.yaml"}};
// What a master has there besides, and what belongs to the state that goes.
constexpr const char* kOthers[] = {"state.db-wal", "state.db-shm", "events",
                                   "events.name",  "staging",      "hook.sock"};
// These say nothing of a master's state.
const std::set<std::string> kHarmless{"lock", "state.db.lock", ".restore", "lost+found"};

Error Trouble(const fs::path& path, const std::error_code& why) {
  return {Code::kPermissionDenied, path.string(), why.message(), {}, "see the disk, and who may write there"};
}

Status CheckEmpty(const RestoreRequest& request) {
  std::error_code failed;
  for (auto at = fs::directory_iterator(request.data, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    if (request.force || kHarmless.contains(at->path().filename().string())) continue;
    return Error{Code::kFailedPrecondition,
                 "folder " + request.data.string(),
                 "it is not empty: " + at->path().filename().string() + " is there",
                 {},
                 "name an empty one, or replace what is there with --force"};
  }
  return Ok();
}

Result<std::unique_ptr<KvStore>> OpenStore(const RestoreRequest& request, const fs::path& staging) {
  if (request.consul_url.empty()) {
    EDM_TRY(auto sqlite, SqliteKvStore::Open((staging / "state.db").string()));
    return std::unique_ptr<KvStore>(std::move(sqlite));
  }
  ConsulKvOptions consul;
  consul.url = request.consul_url;
  consul.token = request.consul_token;
  consul.prefix = request.consul_prefix;
  auto store = std::make_unique<ConsulKvStore>(std::move(consul));
  EDM_TRY(const bool held, HoldsState(*store));
  if (held && !request.force) {
    return Error{Code::kFailedPrecondition,
                 "Consul at " + request.consul_url,
                 "it holds the state of a cluster already",
                 {},
                 "stop its masters, then replace it with --force, or name another --consul-prefix"};
  }
  return std::unique_ptr<KvStore>(std::move(store));
}

// Repos that were deleted while the backup was made have objects and no HEAD.
void DropHalfRepos(const fs::path& git) {
  std::error_code failed;
  std::vector<fs::path> half;
  for (auto owner = fs::directory_iterator(git, failed); !failed && owner != fs::directory_iterator();
       owner.increment(failed)) {
    for (auto repo = fs::directory_iterator(owner->path(), failed);
         !failed && repo != fs::directory_iterator(); repo.increment(failed)) {
      if (!fs::exists(repo->path() / "HEAD", failed)) half.push_back(repo->path());
    }
  }
  for (const auto& repo : half) fs::remove_all(repo, failed);
}

// Old ones go first: after a crash in between, the same restore with --force ends it.
Status MoveIn(const fs::path& staging, const fs::path& data) {
  std::error_code failed;
  for (const auto* other : kOthers) fs::remove_all(data / other, failed);
  for (const auto& place : kPlaces) {
    fs::remove_all(data / place.to, failed);
    if (!fs::exists(staging / place.from, failed)) continue;
    fs::create_directories((data / place.to).parent_path(), failed);
    fs::rename(staging / place.from, data / place.to, failed);
    if (failed) return Trouble(data / place.to, failed);
  }
  return Ok();
}

struct Belongs {
  uid_t user = 0;
  gid_t group = 0;
};

Result<Belongs> OwnerOf(const fs::path& data) {
  struct stat facts {};
  std::error_code failed;
  const auto known = fs::exists(data, failed) ? data : fs::absolute(data).parent_path();
  if (::stat(known.c_str(), &facts) == 0) return Belongs{facts.st_uid, facts.st_gid};
  return Error{
      Code::kNotFound, known.string(), std::generic_category().message(errno), {}, "make that folder first"};
}

Status GiveTo(const Belongs& owner, const fs::path& data) {
  if (::geteuid() != 0) return Ok();
  std::error_code failed;
  std::vector<fs::path> all{data};
  for (auto at = fs::recursive_directory_iterator(data, failed);
       !failed && at != fs::recursive_directory_iterator(); at.increment(failed))
    all.push_back(at->path());
  for (const auto& path : all) {
    if (::lchown(path.c_str(), owner.user, owner.group) != 0)
      return Trouble(path, std::error_code(errno, std::generic_category()));
  }
  return Ok();
}

// All of a folder's disk: thousands of files are synced by one call instead of one each.
void SyncDiskOf(const fs::path& folder) {
  const UniqueFd file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.valid()) ::syncfs(file.get());
}

// The folder of what is not proved yet; gone in the end, whatever happens.
class Staging {
 public:
  explicit Staging(fs::path path) : path_(std::move(path)) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    fs::create_directories(path_, ignored);
  }
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

}  // namespace

Result<Restored> Restore(const RestoreRequest& request) {
  EDM_TRY(const auto owner, OwnerOf(request.data));
  std::error_code failed;
  fs::create_directories(request.data, failed);
  if (failed) return Trouble(request.data, failed);
  fs::permissions(request.data, fs::perms::owner_all, failed);
  EDM_CHECK(CheckEmpty(request));
  EDM_TRY([[maybe_unused]] const auto lock, FileLock::Take((request.data / "lock").string()));
  const Staging staging(request.data / ".restore");
  EDM_TRY(const auto unpacked, UnpackBackup(request.file, request.passphrase, staging.path()));
  {
    EDM_TRY(const auto store, OpenStore(request, staging.path()));
    EDM_CHECK(RestoreState(staging.path() / "state", *store, request.force && !request.consul_url.empty()));
  }
  DropHalfRepos(staging.path() / "git");
  const bool has_config = fs::exists(staging.path() / "config" / "master.yaml", failed);
  EDM_CHECK(MoveIn(staging.path(), request.data));
  EDM_CHECK(GiveTo(owner, request.data));
  SyncDiskOf(request.data);
  return Restored{unpacked.manifest, unpacked.repos, has_config};
}

}  // namespace edm::ctl
