#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "common/rpc/tls.h"
#include "edm/v1/model.pb.h"

namespace edm {

// Workers without an engine: they join, register, beat every second and carry out each order at once, over
// the same mutual TLS as real ones. One gRPC server with a port and a certificate for each of them.
class SimulatedWorkers {
 public:
  // Called on gRPC's threads with the instance of each order, before its first event is sent.
  using OnOrder = std::function<void(const std::string& instance)>;

  // `tokens`: one join token for each worker; `cluster`: the master's port for workers.
  static Result<std::unique_ptr<SimulatedWorkers>> Start(const std::string& cluster,
                                                         const std::vector<std::string>& tokens,
                                                         OnOrder on_order);
  ~SimulatedWorkers();

  // That worker's load from now on; the master knows it when this returns. Any thread.
  Status SetLoad(std::size_t worker, const v1::Load& load);

  // Of one that has nothing to do.
  static v1::Load IdleLoad();

 private:
  struct Parts;
  explicit SimulatedWorkers(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace edm
