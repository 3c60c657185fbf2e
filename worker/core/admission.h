#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/result.h"
#include "common/model/order.h"

namespace edm::worker {

// What stands in the way of an order, or beside it.
struct AdmissionFacts {
  std::uint32_t highest_epoch = 0;              // seen by this worker, from anybody
  std::optional<std::uint32_t> newest_attempt;  // of this instance, under way, waiting or ended
  bool known = false;                           // this very attempt is under way, waiting or ended here
  bool same_operation = true;                   // and is of the operation that the order names
};

enum class Admission : std::uint8_t {
  kBegin,  // a new attempt; it supersedes whatever is under way
  kJoin,   // the same attempt: stream its events
};

// A lower epoch is refused with kFailedPrecondition, a lower attempt that is not known with kAborted: one
// that is known has ended or will, and its history may be read. So is a known one of another operation, as a
// master may send whose state is older than what it once ordered.
Result<Admission> Admit(std::uint32_t epoch, std::string_view instance, std::uint32_t attempt,
                        const AdmissionFacts& facts);

}  // namespace edm::worker
