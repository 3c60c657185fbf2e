#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/rpc/grpc_server.h"
#include "common/rpc/tls.h"
#include "worker/app/options.h"

namespace edm::worker {

// This worker's id: as set, else the host's name in the form that ids have.
Result<std::string> WorkerId(const WorkerOptions& options);

// The cluster ports to try, as set: one, or several with commas between them.
std::vector<std::string> MastersOf(const WorkerOptions& options);

// What `join` or a renewal has left in <data>/tls. kFailedPrecondition: it has not joined yet.
Result<rpc::Identity> LoadIdentity(const WorkerOptions& options);
// Key and certificate as one file, replaced as a whole; mode 0600.
Status SaveIdentity(const WorkerOptions& options, const rpc::Identity& identity);
// That file, and the CA's, for who watches them. Both are there once LoadIdentity has succeeded.
rpc::IdentityFiles FilesOf(const WorkerOptions& options);

// The cluster's CA certificate, as a file for programs.
std::string CaFile(const WorkerOptions& options);

// Takes part in the master's cluster with a one-time token: gets a certificate for a key that never leaves
// this machine, and believes only the CA that the token names.
Status Join(const WorkerOptions& options, const std::string& token);

}  // namespace edm::worker
