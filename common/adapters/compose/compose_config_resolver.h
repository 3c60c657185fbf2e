#pragma once

#include <string>

#include "common/base/time.h"
#include "common/ports/config_resolver.h"
#include "common/ports/process_runner.h"

namespace edm {

// Runs `docker-compose config` over a folder of its own that holds the judged documents and nothing else:
// with an empty environment, bounded time and memory, and as nobody when we are root. The folder is gone when
// Resolve returns.
class ComposeConfigResolver final : public ConfigResolver {
 public:
  struct Options {
    std::string program = "docker-compose";
    std::string scratch;  // where the folders are made; empty: the system's temporary folder
    Millis deadline{20'000};
  };

  explicit ComposeConfigResolver(ProcessRunner& processes) : ComposeConfigResolver(processes, Options()) {}
  ComposeConfigResolver(ProcessRunner& processes, Options options);

  Result<ResolvedConfig> Resolve(const ConfigRequest& request) override;

  // Removes the folders of programs that were killed in the middle of Resolve; those in use stay. At start.
  void RemoveAbandoned() const;

 private:
  ProcessRunner& processes_;
  const Options options_;
};

}  // namespace edm
