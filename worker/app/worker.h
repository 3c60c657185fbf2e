#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/app/watchdog.h"
#include "common/base/result.h"
#include "worker/app/options.h"

namespace edm::worker {

// The composition root: everything that a worker is made of, in the order in which it depends on each other.
class Worker {
 public:
  // Errors: kFailedPrecondition (it has not joined, another worker has the data folder), kUnavailable (a port
  // is taken), kInvalidArgument (a setting).
  static Result<std::unique_ptr<Worker>> Start(const WorkerOptions& options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const std::string& id() const;
  std::uint16_t rpc_port() const;
  std::uint16_t http_port() const;
  // Its loops, for as long as it is not stopped.
  std::vector<Watchdog::Loop> watched() const;

  // Takes no more orders, ends its streams, breaks off what may be gone on with. Instances keep running.
  // Once.
  void Stop();

 private:
  class Assembly;
  explicit Worker(std::unique_ptr<Assembly> assembly);
  std::unique_ptr<Assembly> assembly_;
};

}  // namespace edm::worker
