#include "worker/app/parts.h"

#include <filesystem>
#include <system_error>

#include "common/adapters/compose/cached_config_resolver.h"
#include "common/adapters/compose/compose_config_resolver.h"
#include "common/adapters/files/data_version.h"
#include "common/adapters/files/directory_tree.h"
#include "common/base/bytes.h"
#include "common/base/version.h"
#include "common/model/labels.h"
#include "common/rpc/secret_file.h"
#include "worker/adapters/directory/consul_directory.h"
#include "worker/adapters/directory/master_directory.h"
#include "worker/adapters/master/grpc_master_link.h"
#include "worker/adapters/master/registry.h"
#include "worker/adapters/network/host_routes.h"
#include "worker/app/identity.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMarkBytes = 8;

// "0.0.0.0:8834" -> "8834"
std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

std::string BesideThisProgram(const char* name) {
  std::error_code failed;
  const auto self = fs::read_symlink("/proc/self/exe", failed);
  return failed ? name : self.parent_path() / name;
}

Status MakeFolders(const fs::path& data) {
  std::error_code failed;
  fs::remove_all(data / "staging", failed);  // what a kill left there belongs to nobody
  // All that a delete does not remove: afterwards the folder is what it was before.
  for (const auto* name : {"instances", "mirrors/instances", "mirrors/templates", "staging"}) {
    fs::create_directories(data / name, failed);
    if (failed)
      return Error{Code::kInternal, (data / name).string(), failed.message(), {}, "make it writable"};
  }
  fs::permissions(data, fs::perms::owner_all, failed);
  return Ok();
}

Result<std::string> MarkOf(const fs::path& data, Entropy& entropy) {
  const auto path = data / "engine.mark";
  EDM_TRY(const auto kept, rpc::ReadSecretFile(path));
  if (kept) return *kept;
  const auto made = ToHex(entropy.Bytes(kMarkBytes));
  EDM_CHECK(rpc::WriteFileWhole(path, made, rpc::kSecretMode));
  return made;
}

Status MakeState(Parts& parts, const WorkerOptions& options) {
  const fs::path data(options.data);
  std::error_code ignored;  // what cannot be made cannot be locked either
  fs::create_directories(data, ignored);
  EDM_TRY(parts.lock, FileLock::Take((data / "lock").string()));
  EDM_CHECK(
      ClaimData({data, {"journal.db", "journal.db-wal", "journal.db-shm", "seal.key", "engine.mark", "tls"}},
                ThisVersion().number));
  EDM_CHECK(MakeFolders(data));
  EDM_TRY(parts.mark, MarkOf(data, parts.entropy));
  EDM_TRY(parts.store, SqliteKvStore::Open(data / "journal.db"));
  EDM_TRY(auto box, SecretBox::Open(data / "seal.key"));
  parts.journal = std::make_unique<KvJournal>(*parts.store, std::move(box));
  EDM_TRY(parts.events, FileEventLog::Open(data / "events"));
  parts.contact = std::make_unique<ContactFile>(data / "contact");
  parts.files = std::make_unique<DiskReleaseFiles>(data);
  parts.load = std::make_unique<SystemLoadProbe>(parts.clock, options.data);
  return Ok();
}

Status MakeEngine(Parts& parts, const WorkerOptions& options) {
  parts.runtime =
      std::make_unique<DockerRuntime>(DockerOptions{.endpoint = "unix://" + options.docker_socket,
                                                    .staging = fs::path(options.data) / "staging"},
                                      parts.processes);
  parts.exchange = std::make_unique<EngineImages>(parts.runtime->api(), options.docker_certs);
  parts.readiness = std::make_unique<ReadinessWatch>(parts.runtime->api());
  parts.usage = std::make_unique<EngineUsage>(parts.runtime->api(), parts.mark);
  MachineAddressReserver::Options addresses{.bind_address = options.bind_address};
  EDM_TRY(addresses.ports, ParsePortRange(options.ports));
  if (!options.subnets.empty()) {
    EDM_TRY(addresses.subnets, ParseSubnetPool(options.subnets));
  }
  addresses.subnets.networks_max = options.networks_max;
  parts.addresses = std::make_unique<MachineAddressReserver>(*parts.runtime, std::move(addresses));
  return Ok();
}

void MakeSources(Parts& parts, const WorkerOptions& options) {
  parts.sources = std::make_unique<GitSourceStore>(
      parts.processes,
      GitSourceOptions{.fetch_program = options.fetch_program.empty() ? BesideThisProgram("edm-fetch")
                                                                      : options.fetch_program,
                       .mirrors = fs::path(options.data) / "mirrors",
                       .ca_file = options.git_ca.empty() ? CaFile(options) : options.git_ca});
  parts.sources->RemoveLeftovers();
  auto compose = std::make_unique<ComposeConfigResolver>(parts.processes);
  compose->RemoveAbandoned();
  parts.compose = std::move(compose);
  parts.resolver = std::make_unique<CachedConfigResolver>(*parts.compose);
  parts.workloads = std::make_unique<ComposeWorkloadReader>(
      *parts.resolver,
      [](const std::string& directory) -> Result<std::shared_ptr<const FileTree>> {
        EDM_TRY(auto tree, DirectoryTree::Open(directory));
        return std::shared_ptr<const FileTree>(std::move(tree));
      },
      parts.entropy,
      WorkloadDefaults{.limits = {options.memory_bytes, options.pids, options.cpus},
                       .ready_timeout = options.ready_timeout,
                       .labels = {{std::string(kWorkerLabel), parts.mark}}});
}

void MakeDisk(Parts& parts, const WorkerOptions& options) {
  parts.engine_disk = std::make_unique<DockerDisk>(parts.runtime->api());
  parts.folder = std::make_unique<DiskFolder>(options.data);
  parts.cache =
      std::make_unique<CacheLedger>(*parts.engine_disk, fs::path(options.data) / "build-cache.json");
  parts.room =
      std::make_unique<RoomMaker>(RoomMaker::Peers{*parts.engine_disk, *parts.cache, *parts.folder,
                                                   *parts.sources, *parts.files, *parts.events, parts.clock},
                                  options.room);
  parts.survey = std::make_unique<DiskSurvey>(
      DiskSurvey::Peers{*parts.engine_disk, *parts.cache, *parts.folder, *parts.room, parts.clock});
}

Status MakePeers(Parts& parts, const WorkerOptions& options, const Place& place) {
  EDM_TRY(auto identity, LoadIdentity(options));
  EDM_TRY(parts.registry, Registry::Dial(MastersOf(options), {.identity = std::move(identity),
                                                              .server_name = std::string(rpc::kMasterName)}));
  parts.link = std::make_unique<GrpcMasterLink>(parts.registry);
  if (options.directory != "consul") {
    parts.directory = std::make_unique<MasterDirectory>(parts.registry, place.public_address);
    return Ok();
  }
  parts.consul = std::make_unique<ConsulKvStore>(ConsulKvOptions{
      .url = options.consul_url, .token = options.consul_token, .prefix = options.consul_prefix});
  parts.directory = std::make_unique<ConsulDirectory>(
      *parts.consul, ConsulAgentOptions{.url = options.consul_url, .token = options.consul_token},
      CatalogSelf{.worker = place.id, .lan_address = place.lan_address, .wan_address = place.public_address});
  return Ok();
}

}  // namespace

Result<Place> FindPlace(const WorkerOptions& options) {
  Place place{.public_address = options.public_address, .rpc_address = options.rpc_address};
  EDM_TRY(place.id, WorkerId(options));
  if (place.public_address.empty()) {
    EDM_TRY(const auto addresses, HostAddresses());
    place.public_address = addresses.empty() ? "127.0.0.1" : addresses.front().address;
  }
  if (place.rpc_address.empty()) place.rpc_address = place.public_address + ":" + PortOf(options.rpc_listen);
  place.lan_address = place.rpc_address.substr(0, place.rpc_address.rfind(':'));
  return place;
}

Result<std::unique_ptr<Parts>> MakeParts(const WorkerOptions& options, const Place& place) {
  auto parts = std::make_unique<Parts>();
  EDM_CHECK(MakeState(*parts, options));
  EDM_CHECK(MakeEngine(*parts, options));
  MakeSources(*parts, options);
  MakeDisk(*parts, options);
  EDM_CHECK(MakePeers(*parts, options, place));
  return parts;
}

}  // namespace edm::worker
