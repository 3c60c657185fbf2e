#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/model/disk.h"
#include "common/ports/clock.h"
#include "common/ports/entropy.h"
#include "common/ports/executor.h"
#include "common/rpc/method_table.h"
#include "common/rpc/tls.h"
#include "master/core/load_history.h"
#include "master/ports/backup_source.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"
#include "master/ports/git_server.h"
#include "master/ports/helm.h"
#include "master/ports/secrets.h"
#include "master/ports/source_intake.h"
#include "master/ports/worker_channel.h"

namespace edm::master {

struct BuildFacts {
  std::string version;
  std::string commit;
  std::string http_url;  // where REST and git are
};

// How this master itself is, beside the state of the cluster. Any thread; quick.
struct SelfFacts {
  std::string store;             // sqlite, consul, memory
  std::optional<Error> trouble;  // why changes are refused now
  std::uint32_t disk_free_mib = 0;
  std::uint32_t disk_total_mib = 0;
  std::uint32_t disk_reserve_mib = 0;
  std::optional<WallTime> certificate_ends_at;
  std::optional<WallTime> ca_ends_at;
  WallTime started_at;
  std::size_t inputs_queued = 0;
};
struct Insight {
  std::function<SelfFacts()> self;
  std::function<std::vector<LoadPoint>(const std::string& worker)> load_of;
  std::function<MachineDisk()> disk;  // of its own machine; blocking
};

// What the handlers work with. All of it outlives the server that calls them.
struct ServiceParts {
  Cluster& cluster;
  Helm& helm;
  EventLog& log;
  GitServer& git;
  SourceIntake& intake;
  WorkerChannel& workers;
  Executor& pool;  // for what blocks: uploads, git, reading logs
  Entropy& entropy;
  const Clock& clock;
  const Secrets& secrets;
  const rpc::CertificateAuthority& authority;
  BuildFacts build;
  std::string log_name;  // of `log`, where there may be several masters; see cursor.h
  Insight insight;
  BackupSource& backup;
};

// Every RPC of edm.v1.Master and edm.v1.Registry.
void RegisterMaster(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterRegistry(rpc::MethodTable& table, const ServiceParts& parts);

// One group each, called by RegisterMaster.
void RegisterInstances(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterLifecycle(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterUpload(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterReleases(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterPlan(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterDisk(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterOperations(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterWatch(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterLogs(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterExec(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterWorkers(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterInsight(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterUsage(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterBackup(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterTokens(rpc::MethodTable& table, const ServiceParts& parts);
void RegisterTemplates(rpc::MethodTable& table, const ServiceParts& parts);

}  // namespace edm::master
