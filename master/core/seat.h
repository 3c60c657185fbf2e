#pragma once

#include <string>
#include <string_view>

#include "master/model/state.h"

namespace edm::master {

// Whether nothing is to be expected of the worker: it is lost, or was taken away.
bool IsAway(const State& state, const std::string& worker);

// Whether the worker has registered with this master, and is not lost since.
bool IsThere(const State& state, const std::string& worker);

// Whether a singleton that ran there has surely stopped: the worker is away for longer than its fence takes.
bool IsFenced(const State& state, const std::string& worker, SteadyTime now);

// Whether two workers use one container engine: a copy on the one would be the copy on the other.
bool ShareEngine(const State& state, const std::string& one, const std::string& other);

// Whether its worker may be about to run it by an attempt whose end was not heard.
bool MayBeStarting(const InstanceStatus& status);

// The worker that an instance is bound to by what it has there; "": it may go anywhere.
std::string SeatOf(const State& state, const InstanceRecord& instance, SteadyTime now);

// Whether it is meant to run: what ran when its worker was lost is, and what was moved then and did not
// arrive.
bool IsToRun(const State& state, const InstanceStatus& status);

// Whether the last move that the master began left it standing, stopped, where it was to arrive.
bool FailedToArrive(const State& state, const InstanceStatus& status);

// Who begins moves that no person asked for.
inline constexpr std::string_view kMasterActor = "edm";

}  // namespace edm::master
