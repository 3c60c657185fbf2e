#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/container_runtime.h"
#include "worker/ports/readiness_probe.h"

namespace edm::worker {

struct JudgeRequest {
  std::string instance;
  std::string owner;
  std::string project;
  std::uint32_t release = 0;
  std::string directory;                           // of the checkout
  std::map<std::string, std::string> environment;  // the user's
};

struct FinalRequest {
  Addresses addresses;
  std::string public_address;
  std::string bind_address;                      // of published ports
  std::map<std::string, std::string> images;     // service to image
  std::map<std::string, std::string> generated;  // values made before
  std::string rendered_directory;
};

// Exactly what runs.
struct FinalWorkload {
  std::string compose_json;
  std::map<std::string, std::string> rendered;   // name below the rendered directory to content
  std::map<std::string, std::string> generated;  // those of the request and the new ones
};

// A checkout that the policy let pass. Immutable; any thread.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::string summary() const = 0;  // "compose.yaml, 3 services"
  virtual std::vector<std::string> warnings() const = 0;
  virtual std::vector<std::string> grants() const = 0;
  virtual std::vector<BuildRequest> builds() const = 0;
  // Images that its builds and services start from, by name. Absent: it also takes what may change unseen.
  virtual std::optional<std::set<std::string>> inputs() const = 0;
  virtual std::vector<WantedPort> ports() const = 0;  // published ones
  virtual std::vector<std::string> networks() const = 0;
  virtual std::vector<WantedService> services() const = 0;
  virtual std::map<std::string, std::string> catalog_names() const = 0;
  virtual Millis ready_timeout() const = 0;
  // What the folder itself asks for: health.time, else the longest start_period of its healthchecks.
  virtual Millis ready_least() const = 0;
  virtual Seconds stop_grace() const = 0;  // the longest of its services
  virtual bool keeps_data() const = 0;     // in named volumes, or folders of the machine
  virtual Result<FinalWorkload> Finalise(const FinalRequest& request) const = 0;
};

// Judges folders. Blocking; any thread. Errors name the refused key with its place (kInvalidArgument,
// kPermissionDenied), or are kUnavailable, kDeadlineExceeded, kCancelled.
class WorkloadReader {
 public:
  virtual ~WorkloadReader() = default;
  virtual Result<std::shared_ptr<const Workload>> Judge(const JudgeRequest& request,
                                                        std::stop_token stop) = 0;
};

}  // namespace edm::worker
