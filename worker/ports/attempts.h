#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/order.h"

namespace edm::worker {

// What a worker does for masters. Any thread; nothing blocks for longer than a write to the journal.
class Attempts {
 public:
  virtual ~Attempts() = default;

  // Ok once the order is on disk, or was: its events are in the EventLog from then on.
  // Errors: kFailedPrecondition (an old epoch), kAborted (a newer attempt), kResourceExhausted, kUnavailable
  // (stopping).
  virtual Status Assign(Order order) = 0;

  // Nothing under way with that number: ok.
  virtual Status Cancel(std::uint32_t epoch, const std::string& instance, std::uint32_t attempt,
                        const std::string& reason) = 0;

  // A master has the last event of the attempt.
  virtual void EndWasDelivered(const std::string& instance, std::uint32_t attempt) = 0;

  // A leading master answered a call that was sent at `at`.
  virtual void Heard(SteadyTime at, std::optional<Millis> fence_after) = 0;
  // Orders of a lower one are refused from now on.
  virtual void SawEpoch(std::uint32_t epoch) = 0;

  virtual std::vector<Observation> Observations() = 0;

  // Instances at rest of which an attempt, of that number, has ended since it was known which releases are
  // kept; at most kUnsureMax.
  static constexpr std::size_t kUnsureMax = 100;
  using Unsure = std::map<std::string, std::uint32_t>;
  virtual Unsure AreUnsure() = 0;
  // What a master of that epoch said is kept of those: what else is here of them goes, but for what runs.
  virtual void Keep(std::uint32_t epoch, const Unsure& asked,
                    const std::map<std::string, std::vector<std::uint32_t>>& kept) = 0;

  struct Counts {
    std::uint32_t running = 0;  // instances
    std::uint32_t building = 0;
  };
  virtual Counts Count() = 0;
};

}  // namespace edm::worker
