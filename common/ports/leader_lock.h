#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm {

// Who holds the lock, as anybody may see it.
struct LockHolder {
  std::string record;       // as it was given to Take
  std::string claim;        // tells one taking from the next; for Oust
  std::uint64_t pulse = 0;  // changes with each Renew
  bool ours = false;
};

// The one lock that the masters of a cluster campaign for. It says who may try to lead, never whose acts
// count: a holder may sleep and wake up, so what it stores is fenced by the epoch.
// Blocking, each call a second or so at most beside its wait; one thread.
// Errors: kUnavailable (nobody knows), kPermissionDenied, as a KvStore's.
class LeaderLock {
 public:
  virtual ~LeaderLock() = default;

  // True: it is ours, until a Renew says otherwise. False: another holds it.
  virtual Result<bool> Take(const std::string& record) = 0;

  // Shows that its holder lives. kAborted: it is not ours (any more).
  virtual Status Renew() = 0;

  // Who holds it; none: it is free. Waits first, for `wait` at most, until that is another than at the Look
  // before.
  virtual Result<std::optional<LockHolder>> Look(Millis wait) = 0;

  // Takes it away from a holder that shows no life. No error where it had let go by itself.
  virtual Status Oust(const LockHolder& holder) = 0;

  // Lets go of it, if it is ours and can be reached.
  virtual void Release() = 0;
};

}  // namespace edm
