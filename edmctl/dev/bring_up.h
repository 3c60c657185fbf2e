#pragma once

#include <functional>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "edmctl/client/contexts.h"
#include "edmctl/dev/layout.h"
#include "edmctl/dev/supervisor.h"

namespace edm::ctl {

// Starts what is not running yet and waits until it is ready, one step after the other. `say` gets a line for
// people at each.
class BringUp {
 public:
  BringUp(const DevLayout& layout, DevRecord& record, Supervisor& supervisor,
          std::function<void(std::string)> say)
      : layout_(layout), record_(record), supervisor_(supervisor), say_(std::move(say)) {}

  // Returns the context that talks with the master.
  Result<Context> Run();

 private:
  Status Master();
  Result<Context> ContextOf() const;
  Status Worker(const Context& context);
  Status Join(const Context& context, const std::string& program);
  // Until `ready`; fails with the program's last lines once it has ended, or after kReadyWithin.
  Status Await(const std::string& program, const std::function<bool()>& ready);

  const DevLayout& layout_;
  DevRecord& record_;
  Supervisor& supervisor_;
  const std::function<void(std::string)> say_;
};

inline constexpr Millis kReadyWithin{30'000};

bool MasterIsReady(const DevPorts& ports);
bool WorkerIsReady(const Context& context);

}  // namespace edm::ctl
