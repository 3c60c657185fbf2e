#pragma once

#include "common/ports/executor.h"
#include "common/rpc/method_table.h"
#include "worker/ports/attempts.h"
#include "worker/ports/container_runtime.h"
#include "worker/ports/disk_account.h"
#include "worker/ports/event_log.h"
#include "worker/ports/release_files.h"
#include "worker/ports/usage_probe.h"

namespace edm::worker {

// What the handlers work with. All of it outlives the server that serves the table.
struct AgentParts {
  Attempts& attempts;
  EventLog& events;
  ContainerRuntime& runtime;
  ReleaseFiles& files;
  UsageProbe& usage;
  DiskAccount& disk;
  Executor& pool;     // short blocking work
  Executor& streams;  // a thread for each log stream and each side of a terminal, for as long as it is open
};

// Every RPC of edm.v1.WorkerAgent.
void RegisterAgent(rpc::MethodTable& table, const AgentParts& parts);

// One file each:
void RegisterAssign(rpc::MethodTable& table, const AgentParts& parts);  // and CancelAttempt
void RegisterLogs(rpc::MethodTable& table, const AgentParts& parts);
void RegisterExec(rpc::MethodTable& table, const AgentParts& parts);
void RegisterFootprint(rpc::MethodTable& table, const AgentParts& parts);
void RegisterUsage(rpc::MethodTable& table, const AgentParts& parts);
void RegisterDisk(rpc::MethodTable& table, const AgentParts& parts);

// Runs `work` on `executor`, or ends the call because too much waits already.
void RunOrRefuse(Executor& executor, const std::shared_ptr<rpc::ServerCall>& call,
                 std::function<void()> work);

}  // namespace edm::worker
