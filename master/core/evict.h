#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/order.h"
#include "master/core/draft.h"

namespace edm::master {

inline constexpr std::string_view kEvictionName = "eviction";  // stands where orders name their operation

// What becomes of a copy of an instance on a worker.
enum class Claim : std::uint8_t {
  kHeld,     // it is where the instance is meant to be, or where an open operation has it
  kWaiting,  // it is not wanted, but no other copy is known to be there: it stays. In a cluster that was
             // restored so does what would be kGone, unless the instance was deleted since the restore
  kLeft,     // the worker that holds the instance has its own copy: this one goes
  kGone,     // the instance is gone, or has nothing that could be lost: this one goes
};

// Decides; never acts. The only copy of an instance is never kLeft: for that another worker must hold the
// instance, be there, and report a copy of it itself, on an engine of its own.
Claim JudgeCopy(const State& state, const std::string& worker, const std::string& instance);

// Workers that still have what was deleted under the id of an instance that was made anew, and why they will
// not do until that is gone: what it left would be taken for the new one's.
std::map<std::string, std::string> BarredByTheOneBefore(const State& state, const Instance& instance);

// The highest attempt number that the worker knows of the instance, evictions included; 0: none. An order for
// it must go beyond.
std::uint32_t AttemptSeenOn(const State& state, const std::string& worker, const std::string& instance);

// Takes down what a worker has. What it no longer has, it has no copy of.
void NoteCopy(Draft& draft, const std::string& worker, const Observation& seen);
void NoteAllCopies(Draft& draft, const std::string& worker, const std::vector<Observation>& seen);

// Orders each worker that is there to take away what is not wanted on it for `evict_after`, again and again
// until it is reported no more.
void EvictLeftOvers(Draft& draft);

// The worker is away: nobody waits for its evictions.
void ForgetCopies(Draft& draft, const std::string& worker);

}  // namespace edm::master
