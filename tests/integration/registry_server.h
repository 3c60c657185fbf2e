#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/system/system_clock.h"
#include "common/rpc/signing_key.h"
#include "common/rpc/tls.h"
#include "master/adapters/images/image_registry.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {

// Docker's own registry as edm sets it up, on a free loopback port and with a CA of its own. Ends with its
// owner.
class RegistryServer {
 public:
  RegistryServer();
  ~RegistryServer();

  // It stays on its port and data.
  void Stop();
  void Start();

  const std::string& folder() const { return folder_.path(); }
  std::string url() const { return "https://" + listen_; }
  // As a master of this cluster sees it, or of one that has another key.
  std::unique_ptr<master::ImageRegistry> Open(std::string_view secret) const;
  static constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

 private:
  TemporaryFolder folder_;
  BoostProcessRunner runner_;
  SystemClock clock_;
  rpc::CertificateAuthority authority_;
  std::string listen_;
  std::unique_ptr<Process> process_;
  std::thread drain_;
};

}  // namespace edm
