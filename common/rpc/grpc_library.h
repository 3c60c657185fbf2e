#pragma once

namespace edm::rpc {

// Keeps gRPC's library alive until the process ends. Else whoever holds its last object takes it down, and
// waits there for up to 10 s, where a poller of its own may sit after large transfers (iomgr/tcp_posix.cc).
void KeepGrpc();

}  // namespace edm::rpc
