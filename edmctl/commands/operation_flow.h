#pragma once

#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"

namespace edm::ctl {

// --timeout and --detach, which every verb that starts work has.
std::vector<Option> WorkOptions();

// --timeout for a request's `timeout`; nothing is set when it was not given.
template <class Request>
Status SetTimeout(const Invocation& invocation, Request& request) {
  EDM_TRY(const auto timeout, invocation.args.Duration("timeout"));
  if (!timeout) return Ok();
  request.mutable_timeout()->set_seconds(timeout->count() / 1000);
  request.mutable_timeout()->set_nanos(static_cast<std::int32_t>(timeout->count() % 1000 * 1'000'000));
  return Ok();
}

// Shows the operation until it ended, and its outcome. With --detach, or after Ctrl-C, says how to watch it
// again and leaves it running.
Result<int> SeeThrough(Invocation& invocation, const v1::Operation& operation);

// The call that starts work, and then SeeThrough.
Result<int> StartAndSeeThrough(Invocation& invocation, const std::string& method,
                               const google::protobuf::Message& request);

// The same for a request whose `id` is the instance named, or the one of this folder.
template <class Request>
Result<int> WorkOnInstance(Invocation& invocation, const std::string& method, Request& request) {
  EDM_TRY(const auto id, invocation.InstanceId());
  request.set_id(id);
  return StartAndSeeThrough(invocation, method, request);
}

// Only the watching.
Result<int> WatchToTheEnd(Invocation& invocation, const std::string& operation);

int ExitCodeOf(const v1::Operation& operation);

}  // namespace edm::ctl
