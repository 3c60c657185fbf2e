#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/order.h"
#include "common/model/worker.h"

namespace edm::worker {

struct Registration {
  std::string session;
  std::uint32_t epoch = 0;
  Millis beat_interval{1'000};
  std::optional<Millis> fence_after = {};  // absent: the master does not say
  std::optional<WallTime> time = {};       // by the master's clock; one of an older release does not say
};

struct BeatAnswer {
  std::uint32_t epoch = 0;
  std::optional<Millis> fence_after;
  std::map<std::string, std::vector<std::uint32_t>> kept = {};  // releases, of those that were asked about
};

// What a worker calls on its master. Blocking, with a deadline; any thread.
// Errors: kUnavailable, kDeadlineExceeded (try again), kFailedPrecondition (the session is not known:
// register again), others as the master says.
class MasterLink {
 public:
  virtual ~MasterLink() = default;
  virtual Result<Registration> Register(const WorkerFacts& facts,
                                        const std::vector<Observation>& observations) = 0;
  // `unsure`: instances of which it asks what is kept.
  virtual Result<BeatAnswer> Heartbeat(const std::string& session, const Load& load,
                                       const std::vector<Observation>& changed,
                                       const std::vector<std::string>& unsure) = 0;
};

}  // namespace edm::worker
