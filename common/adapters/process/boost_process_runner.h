#pragma once

#include <memory>

#include "common/ports/process_runner.h"

namespace edm {

class Spawner;

// Programs started through Boost.Process v2 from one permanent thread of this object's own: each child is
// killed by the kernel when that thread ends, so the runner must outlive what it started. Descendants that
// leave the process group are not followed. Making one ignores SIGPIPE in this process.
class BoostProcessRunner final : public ProcessRunner {
 public:
  BoostProcessRunner();
  ~BoostProcessRunner() override;

  Result<ProcessEnd> Run(const ProcessSpec& spec, const LineSink& on_line, std::stop_token stop) override;
  Result<std::unique_ptr<Process>> Start(const ProcessSpec& spec) override;

 private:
  std::unique_ptr<Spawner> spawner_;
};

}  // namespace edm
