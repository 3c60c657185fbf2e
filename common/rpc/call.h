#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::rpc {

// Who calls, as the transport proved it.
struct Caller {
  enum class Kind : std::uint8_t { kAnonymous, kPerson, kWorker } kind = Kind::kAnonymous;
  std::string name;         // a token's name, or a worker's id from its certificate
  std::string token_id;     // of a person
  std::string bearer = {};  // what a person showed, so that it can be shown to another master; never logged
  std::string enrolment = {};  // of a worker: what its certificate says
};

// What a call brought to prove who it is; never logged.
struct Credentials {
  std::string bearer;       // secret of a token, without "Bearer "
  std::string worker;       // from a verified client certificate
  std::string enrolment{};  // likewise; "" in those from before there was such a thing
};

// Thread-safe and quick: it is called before every request.
using Authenticate = std::function<Result<Caller>(const Credentials&)>;

// One call in progress, whichever way it came in (gRPC or REST). Handlers keep it alive by the shared_ptr.
// All members may be called from any thread; callbacks come one at a time, on a transport thread or before
// the member that takes them returns, and must only post work elsewhere and return. A call whose last holder
// forgets it ends with kInternal.
class ServerCall {
 public:
  virtual ~ServerCall() = default;

  virtual const Caller& caller() const = 0;
  // When the client stops waiting.
  virtual SteadyTime deadline() const = 0;

  // Unary: once, before Finish(Ok()). Streams: any number. The message is copied or written before this
  // returns. `on_sent(false)`: the client is gone. Whoever sends much waits for `on_sent` before the next;
  // unsent messages beyond 4 MiB end the call with kResourceExhausted.
  virtual void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent = {}) = 0;

  // Exactly once; nothing may be sent after it.
  virtual void Finish(Status status) = 0;

  // Client streams: asks for the next message, nullptr when the client has no more; never called when the
  // client left in the middle (OnCancel is). One at a time.
  virtual void Read(std::function<void(const google::protobuf::Message*)> on_message) = 0;

  // Called at most once, at once if the client is gone already; not called after Finish.
  virtual void OnCancel(std::function<void()> on_cancel) = 0;
};

}  // namespace edm::rpc
