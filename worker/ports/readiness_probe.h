#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/lifecycle.h"

namespace edm::worker {

// GET http://<container>:<port><path> must answer 2xx or 3xx.
struct HttpCheck {
  std::uint16_t port = 0;
  std::string path;  // starts with '/'
};

struct WantedService {
  std::string service;
  bool one_shot = false;             // done when it ended with 0
  std::vector<std::uint16_t> ports;  // TCP: must accept on the container's own address
  std::optional<HttpCheck> http;
};

struct ReadyRequest {
  std::string instance;
  std::vector<WantedService> services;
  Millis timeout{60'000};
};

struct ReadyService {
  std::string service;
  std::string text;  // "healthy", "running", "exit 0"
  Health health = Health::kUnknown;
};

struct ReadyReport {
  std::vector<ReadyService> services;  // in the order asked for
  Millis took{0};
};

// Waits until an instance that was brought up is ready, or surely never will be. Blocking; any thread.
// Errors: kFailedPrecondition (a container exited, keeps restarting, is unhealthy or missing),
// kDeadlineExceeded (with what was seen as evidence), kCancelled, kUnavailable (the engine is away).
class ReadinessProbe {
 public:
  using LineSink = std::function<void(std::string_view line)>;

  virtual ~ReadinessProbe() = default;

  // `on_progress` gets a line for each service that became ready, or whose waiting has a new reason.
  virtual Result<ReadyReport> AwaitReady(const ReadyRequest& request, const LineSink& on_progress,
                                         std::stop_token stop) = 0;
};

}  // namespace edm::worker
