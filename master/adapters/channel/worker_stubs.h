#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/tls.h"
#include "edm/v1/worker_service.grpc.pb.h"
#include "master/ports/worker_channel.h"

namespace edm::master {

// One connection per worker and address, kept. Any thread.
class WorkerStubs {
 public:
  using Stub = v1::WorkerAgent::Stub;
  static constexpr std::size_t kConnectionsMax =
      2'000;  // then all are dropped and made anew as they are used

  // Without an identity in the clear: for tests on loopback.
  WorkerStubs(std::optional<rpc::Identity> identity, EnrolmentOf enrolment_of)
      : identity_(std::move(identity)), enrolment_of_(std::move(enrolment_of)) {}

  Result<std::shared_ptr<Stub>> Of(const WorkerAddress& worker);

  // Waits until no call holds a connection any more, at most for `patience`, and drops them; none is made
  // after. Left to a callback, dropping the last one of the process joins the thread that the callback runs
  // on (gRPC's CallbackAlternativeCQ in channel_cc.cc).
  void Close(Millis patience);

 private:
  const std::optional<rpc::Identity> identity_;
  const EnrolmentOf enrolment_of_;
  std::mutex mutex_;
  bool closed_ = false;  // guarded by mutex_
  std::map<std::string, std::shared_ptr<Stub>>
      stubs_;  // guarded by mutex_; by worker, its enrolment and address
};

}  // namespace edm::master
