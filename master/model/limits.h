#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "common/base/backoff.h"
#include "common/base/time.h"
#include "common/model/instance.h"

// Every limit of the master's decisions, in one place. Durations that are configurable are in Settings.
namespace edm::master {

using namespace std::chrono_literals;

inline constexpr std::uint32_t kMissedBeatsMax = 3;  // then a worker is lost, unless it is set otherwise

struct Settings {
  Millis build_deadline = 30min;
  Millis start_deadline = 2min;    // start, restart, rollback
  Millis deploy_deadline = 35min;  // source, build and start in one
  Millis stop_deadline = 2min;
  Millis delete_deadline = 10min;
  Millis source_deadline = 10min;
  Millis beat_interval = 1s;
  Millis certificate_life = std::chrono::hours(24 * 30);  // of a worker
  std::uint32_t beats_missed = kMissedBeatsMax;
  Millis fence_after = 10s;  // that long after it heard no master, a worker stops its singletons
  Millis evict_after = 3s;   // a copy that is not wanted any more stays that long: callers find the new one
  std::uint32_t moves_at_once = 8;  // those that the master begins by itself
  double suspect_share = 0.5;       // of all workers; when more vanish at once, nothing is placed elsewhere
  Millis placement_wait = 5min;  // for room that somebody may make; its operation's deadline ends it as well
  Strategy placement_strategy = Strategy::kSpread;
  std::uint32_t releases_kept = 5;  // built ones that can be rolled back to
  std::uint32_t operations_kept = 1'000;
  Millis operations_kept_for = std::chrono::hours(24 * 7);
  Millis operations_of_deleted_kept_for = 1min;  // long enough for whoever watches its delete
};

inline constexpr Millis kTimeoutMin = 1s;
inline constexpr Millis kTimeoutMax = std::chrono::hours(24);
inline constexpr int kGraceAfterStart = 2;    // times as many beats, once after a master's start
inline constexpr Millis kLostPatience = 15s;  // from lost to the end of its open attempts
inline constexpr Millis kFenceMargin = 6s;    // for two clocks that drift, and for the stop itself
inline constexpr Millis kStallMin = 1s;       // a master that did not look for so long heard nobody meanwhile
inline constexpr Millis kAtOnce = 10s;        // workers that vanish within it vanish together
inline constexpr int kOverdueBeats = 2;       // so late, a worker may be about to be lost as well
inline constexpr Millis kMovePause = 100ms;   // between the starts of two moves of the master's own...
inline constexpr int kMovesInARow = 10;       // ...of which so many may begin together
inline constexpr std::size_t kDrainAtOnceMax = 3;  // moves away from one worker
inline constexpr Millis kCalm = 30s;  // what moves or vanishes again so soon does not come to rest
inline constexpr Backoff kUnrest{.first = 5s, .most = 5min};  // the pauses after that
inline constexpr Millis kLookInterval = 500ms;                // for what to move by itself, or to evict
inline constexpr Millis kEvictRetryFirst = 5s;   // until the same eviction is ordered again, doubled...
inline constexpr Millis kEvictRetryMost = 1min;  // ...up to this
inline constexpr Millis kRepoRetryFirst =
    1s;  // until what is left at the git server is tried again, doubled...
inline constexpr Millis kRepoRetryMost = 1min;           // ...up to this
inline constexpr Millis kPlacementWaitMax = 10s;         // for a worker that is away or broken
inline constexpr std::uint32_t kSamplesRefusedMax = 10;  // in a row; then nothing is placed there
inline constexpr Millis kClockSkewMax = 5min;            // between a worker's clock and the master's
inline constexpr Millis kDeadlineSlack = 2s;             // the worker's own verdict may come that late
inline constexpr Millis kCancelWaitMax = 10s;            // for the worker's word after a cancel
inline constexpr std::size_t kPlacementsMax = 3;         // workers that may say in turn that they cannot try
inline constexpr Millis kSettlingFade = 5s;  // an order that has ended fades from placement by this constant
inline constexpr Millis kOwnWorkEcho =
    3s;  // the lasting load of a worker may show it that long after its end
inline constexpr Millis kRequestsKept = std::chrono::hours(24);
inline constexpr Millis kWallStepMin = 2s;              // a wall clock that moves so far by itself was set
inline constexpr Millis kWallDistrust = kRequestsKept;  // after that: what was promised by then is kept
inline constexpr Millis kCertificateLifeMin = 2s;
inline constexpr Millis kCertificateLifeMax = std::chrono::hours(24 * 1826);
inline constexpr Millis kWorkerTokenLifetime = std::chrono::hours(1);
inline constexpr std::uint32_t kMemoryDefaultMib = 256;  // expected of an instance that does not say
inline constexpr std::uint32_t kDiskFloorMib = 1'024;    // below this nothing is placed on a worker
inline constexpr std::size_t kWarningsMax = 50;          // per operation
inline constexpr std::size_t kInstancesMax = 10'000;
inline constexpr std::uint32_t kMembersMax = 100;        // of one instance
inline constexpr std::size_t kDeletedKnownMax = 10'000;  // ids of instances, while a master leads
inline constexpr std::size_t kOpenOperationsMax = 2'000;

}  // namespace edm::master
