#include "master/app/foundation.h"

#include <unistd.h>

#include <array>
#include <system_error>

#include "common/adapters/files/data_version.h"
#include "common/adapters/kv/consul_kv_store.h"
#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/kv/sqlite_kv_store.h"
#include "common/base/version.h"
#include "master/adapters/event_log/file_event_log.h"
#include "master/adapters/git/embedded_git_server.h"
#include "master/adapters/gogs/gogs_api.h"
#include "master/adapters/gogs/gogs_git_server.h"
#include "master/adapters/intake/archive_intake.h"
#include "master/app/identity.h"
#include "master/app/image_place.h"
#include "master/model/limits.h"

namespace edm::master {
namespace {

Result<std::unique_ptr<KvStore>> OpenStore(const MasterOptions& options, const std::filesystem::path& data) {
  if (options.store == "memory") return std::unique_ptr<KvStore>(std::make_unique<MemoryKvStore>());
  if (options.store == "consul") {
    ConsulKvOptions consul;
    consul.url = options.consul_url;
    consul.token = options.consul_token;
    consul.prefix = options.consul_prefix;
    return std::unique_ptr<KvStore>(std::make_unique<ConsulKvStore>(std::move(consul)));
  }
  if (options.store != "sqlite") {
    return Error{Code::kInvalidArgument,
                 "store",
                 "there is no store " + options.store,
                 {},
                 "sqlite, consul or memory"};
  }
  EDM_TRY(auto sqlite, SqliteKvStore::Open((data / "state.db").string()));
  return std::unique_ptr<KvStore>(std::move(sqlite));
}

std::string BesideThisProgram(const std::string& given, const std::string& name) {
  if (!given.empty()) return given;
  std::error_code ignored;
  return (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name).string();
}

// Ports for people speak TLS unless they are on loopback.
std::string UrlOf(const std::string& address) {
  return (IsLoopback(address) ? "http://" : "https://") + address;
}

}  // namespace

std::filesystem::path GitFolder(const MasterOptions& options) {
  return options.git_folder.empty() ? std::filesystem::path(options.data) / "git"
                                    : std::filesystem::path(options.git_folder);
}

std::string HostOf(const std::string& address) {
  auto host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

std::string HostName() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return "";
  return host.data();
}

namespace {

Status OpenGit(Foundation& on, const MasterOptions& options) {
  on.transfer = std::make_unique<TransferClient>(
      TransferClient::Options{.program = BesideThisProgram(options.transfer_program, "edm-git-transfer"),
                              .deadline = options.fetch_deadline,
                              .fetched_bytes_max = options.fetch_bytes_max},
      on.runner);
  const auto folder = GitFolder(options).string();
  if (options.git == "gogs") {
    GogsApi::Options gogs;
    gogs.url = options.gogs_url;
    gogs.admin_token = options.gogs_token;
    gogs.user_secret = options.gogs_user_secret;
    on.gogs = std::make_unique<GogsApi>(std::move(gogs));
    EDM_TRY(on.git, GogsGitServer::Open({.mirrors = folder}, *on.gogs, on.entropy, *on.transfer));
    return Ok();
  }
  if (options.git != "embedded") {
    return Error{
        Code::kInvalidArgument, "git", "there is no git server " + options.git, {}, "embedded or gogs"};
  }
  const auto url = options.git_url.empty() ? UrlOf(options.http_listen.front()) : options.git_url;
  EDM_TRY(auto embedded, EmbeddedGitServer::Open({folder, url}, on.entropy, *on.transfer));
  on.embedded = embedded.get();
  on.git = std::move(embedded);
  return Ok();
}

Status OpenIntake(Foundation& on, const MasterOptions& options) {
  ArchiveIntake::Options intake;
  intake.directory = (on.data / "staging").string();
  intake.limits.upload_bytes_max = options.upload_bytes_max;
  intake.limits.unpacked_bytes_max = options.unpacked_bytes_max;
  intake.limits.file_bytes_max = options.upload_file_bytes_max;
  intake.limits.entries_max = options.upload_entries_max;
  intake.limits.ratio_max = options.upload_ratio_max;
  intake.limits.path_bytes_max = options.upload_path_bytes_max;
  intake.limits.depth_max = options.upload_depth_max;
  intake.uploads_max = options.uploads_max;
  intake.check_room = [&reserve = *on.reserve](std::string_view what) { return reserve.Check(what); };
  EDM_TRY(on.intake, ArchiveIntake::Open(std::move(intake), on.entropy));
  return Ok();
}

// What people and workers elsewhere may reach this master under, as far as its settings tell.
std::vector<std::string> OutwardAddresses(const MasterOptions& options) {
  auto all = options.http_listen;
  all.insert(all.end(), options.grpc_listen.begin(), options.grpc_listen.end());
  all.push_back(options.cluster_listen);
  std::erase_if(all, [](const std::string& address) {
    const auto host = HostOf(address);
    return IsLoopback(address) || host.empty() || host == "0.0.0.0" || host == "::";
  });
  return all;
}

Status CheckLifetime(Millis lifetime) {
  if (lifetime >= kCertificateLifeMin && lifetime <= kCertificateLifeMax) return Ok();
  return Error{Code::kInvalidArgument,
               "tls.worker_lifetime",
               "a certificate cannot last " + FormatDuration(lifetime),
               {},
               "2s to 43824h (five years); 720h unless set"};
}

Status OpenKeys(Foundation& on, const MasterOptions& options) {
  EDM_CHECK(CheckLifetime(options.worker_certificate_life));
  EDM_TRY(on.sealer, Sealer::Open(on.data / "seal.key"));
  EDM_TRY(on.authority, rpc::CertificateAuthority::Open(on.data / "ca", on.clock.Now()));
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  if (auto host = HostName(); !host.empty()) names.push_back(std::move(host));
  names.insert(names.end(), options.names.begin(), options.names.end());
  for (const auto& address : OutwardAddresses(options)) names.push_back(HostOf(address));
  EDM_TRY(on.identity, on.authority->IssueMaster(names, on.clock.Now()));
  return Ok();
}

}  // namespace

Foundation::Foundation() = default;
Foundation::~Foundation() = default;

bool IsLoopback(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("[::1]:") || address.starts_with("localhost:") ||
         address.starts_with("unix:");
}

Result<std::unique_ptr<Foundation>> LayFoundation(const MasterOptions& options) {
  auto on = std::make_unique<Foundation>();
  on->data = options.data;
  std::error_code error;
  std::filesystem::create_directories(on->data, error);
  if (error) {
    return Error{Code::kPermissionDenied,
                 "data folder " + options.data,
                 error.message(),
                 {},
                 "choose another with --data-dir, or give this user the right to write there"};
  }
  std::filesystem::permissions(on->data, std::filesystem::perms::owner_all, error);
  EDM_TRY(on->lock, FileLock::Take((on->data / "lock").string()));
  EDM_CHECK(
      ClaimData({on->data, {"state.db", "state.db-wal", "state.db-shm", "seal.key", "ca", "admin.token"}},
                ThisVersion().number));
  EDM_CHECK(OpenKeys(*on, options));
  EDM_TRY(on->store, OpenStore(options, on->data));
  EDM_CHECK(CheckIdentity(*on->store, *on->sealer, on->authority->fingerprint()));
  EDM_TRY(on->log, FileEventLog::Open(on->data / "events"));
  if (options.store == "consul") {
    EDM_TRY(on->log_name, NameIn(on->data / "events.name", on->entropy));
  }
  EDM_CHECK(OpenGit(*on, options));
  if (on->embedded != nullptr) EDM_CHECK(CheckRepos(*on->store, GitFolder(options), on->entropy));
  EDM_TRY(on->images, PlaceImages({*on->sealer, *on->authority, on->clock, on->data}, options));
  on->reserve = std::make_unique<DiskReserve>(options.data, options.disk_reserve);
  on->disk = std::make_unique<MasterDisk>(on->data, GitFolder(options), on->clock);
  EDM_CHECK(OpenIntake(*on, options));
  return on;
}

}  // namespace edm::master
