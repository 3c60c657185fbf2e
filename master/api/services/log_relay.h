#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "master/api/services/held_stream.h"
#include "master/api/services/reply.h"

namespace edm::master {

// What services write, on its way from their workers to one client: of an instance, or of members together,
// as it comes. A worker is asked for more when the last of its lines has gone. Any thread.
class LogRelay : public std::enable_shared_from_this<LogRelay> {
 public:
  struct Origin {
    WorkerAddress worker;
    LogQuery query;
    std::string member;  // its lines are marked with it; "": they are not
  };

  LogRelay(CallPointer call, std::vector<Origin> origins);

  // The call ends when all have ended; with `gap`, or the first failure of one of them. Its cancel callback
  // keeps this until then.
  void Begin(WorkerChannel& workers, std::optional<Error> gap = {});

 private:
  void Pass(std::size_t origin, const std::vector<LogRecord>& records);
  void End(Status status);
  void Drop();

  const CallPointer call_;
  const std::vector<Origin> origins_;
  std::vector<HeldStream> streams_;
  std::mutex mutex_;
  std::size_t open_;              // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
};

}  // namespace edm::master
