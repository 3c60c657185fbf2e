#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/system/file_lock.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/system_entropy.h"
#include "common/ports/kv_store.h"
#include "common/rpc/tls.h"
#include "master/adapters/disk/disk_reserve.h"
#include "master/adapters/disk/master_disk.h"
#include "master/adapters/git/transfer_client.h"
#include "master/adapters/state/sealer.h"
#include "master/app/options.h"
#include "master/ports/event_log.h"
#include "master/ports/git_server.h"
#include "master/ports/image_store.h"
#include "master/ports/source_intake.h"

namespace edm::master {

class EmbeddedGitServer;
class GogsApi;

// What a master stands on, before anything runs: the data folder (claimed by a lock), the store, keys, logs,
// git. Made once by the app, used by everything else, destroyed last.
struct Foundation {
  SystemClock clock;
  SystemEntropy entropy;
  BoostProcessRunner runner;
  std::filesystem::path data;
  std::optional<FileLock> lock;
  std::unique_ptr<KvStore> store;
  std::optional<Sealer> sealer;
  std::unique_ptr<EventLog> log;
  std::string log_name;  // "" where no other master has one
  std::optional<rpc::CertificateAuthority> authority;
  rpc::Identity identity;  // of this master
  std::unique_ptr<TransferClient> transfer;
  std::unique_ptr<GogsApi> gogs;
  std::unique_ptr<GitServer> git;
  EmbeddedGitServer* embedded = nullptr;  // `git`, when it is that one
  std::unique_ptr<ImageStore> images;     // null: there is no registry
  std::unique_ptr<DiskReserve> reserve;
  std::unique_ptr<MasterDisk> disk;
  std::unique_ptr<SourceIntake> intake;

  Foundation();
  ~Foundation();
};

// Errors name what could not be opened, and what to do.
Result<std::unique_ptr<Foundation>> LayFoundation(const MasterOptions& options);

// Of the embedded git server.
std::filesystem::path GitFolder(const MasterOptions& options);
// "10.0.0.7:8080" -> "10.0.0.7", "[::1]:8080" -> "::1".
std::string HostOf(const std::string& address);
std::string HostName();  // of this machine; "" where it has none

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "unix:…"
bool IsLoopback(const std::string& address);

}  // namespace edm::master
