#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {

// A real Consul server of its own, on disk, on free loopback ports. Ends with its owner.
class ConsulAgent {
 public:
  ConsulAgent();
  ~ConsulAgent();

  const std::string& url() const { return url_; }
  // As a crash and a restart, on the same data and ports.
  void Kill();
  void Start();

 private:
  void AwaitLeader() const;

  TemporaryFolder folder_;
  BoostProcessRunner runner_;
  std::unique_ptr<Process> process_;
  std::thread drain_;
  std::uint16_t ports_[5] = {};
  std::string url_;
};

}  // namespace edm
