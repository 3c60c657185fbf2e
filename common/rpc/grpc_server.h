#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/call.h"
#include "common/rpc/method_table.h"
#include "common/rpc/tls.h"

namespace edm::rpc {

// An identity that is renewed while it is in use: each file is replaced as a whole, and new connections are
// then taken with what it holds.
struct IdentityFiles {
  std::string key_and_certificate;  // PEM; both in one file, so that they always fit each other
  std::string ca;
};

struct GrpcPort {
  std::string address;  // "127.0.0.1:8800", "[::]:8801", "unix:/run/edm.sock"; port 0 takes a free one
  std::optional<Identity> tls;           // none: in the clear
  bool client_certificates = false;      // those shown must be of the CA; who shows none is not a worker
  std::optional<IdentityFiles> files{};  // instead of `tls`
};

struct GrpcServerOptions {
  std::vector<GrpcPort> ports;
  std::size_t calls_max = 1'000;            // at once; more are refused with kResourceExhausted
  std::size_t message_bytes_max = 4 << 20;  // of one request
  std::size_t outbox_bytes_max = 4 << 20;   // unsent, of one call
  Millis first_request_timeout{10'000};     // of callers who have not proved who they are
  Millis slow_finish_timeout{10'000};       // for a client to take the end of its call
};

// Serves a MethodTable over gRPC, with health and reflection beside it. Handlers run on gRPC's threads and
// must only post work and return. All functions from any thread but those.
class GrpcServer {
 public:
  // The table must outlive the server. Error kUnavailable: an address is taken or not ours.
  static Result<std::unique_ptr<GrpcServer>> Start(const MethodTable& table, Authenticate authenticate,
                                                   GrpcServerOptions options);
  ~GrpcServer();  // Shutdown(0)
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // As bound, in the order of `ports`; 0 for unix sockets.
  const std::vector<std::uint16_t>& ports() const;
  std::size_t calls() const;  // in progress

  // What the health service answers; serving from the start.
  void SetServing(bool serving);

  // Not serving any more; new calls are refused, streams to the client end with kUnavailable, other calls
  // have `patience` to end by themselves, then they are cancelled. Always returns. Once.
  void Shutdown(Millis patience);

 private:
  class State;
  explicit GrpcServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// For workers: only the master's certificate may call.
Authenticate OnlyMaster();

}  // namespace edm::rpc
