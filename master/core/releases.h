#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/core/draft.h"

namespace edm::master {

// What a start is to run: a newer release that was built and not tried yet, else what ran last, else the
// newest.
Result<std::uint32_t> ReleaseToStart(const State& state, const InstanceRecord& record);

// What a rollback is to run; `wanted` 0: the good one before what runs.
Result<std::uint32_t> ReleaseToRollBackTo(const State& state, const InstanceRecord& record,
                                          std::uint32_t wanted);

// What is put back when `started` fails: what runs when it was good, else the newest other good one; 0: none.
std::uint32_t GoodReleaseBeside(const State& state, const InstanceRecord& record, std::uint32_t started);

// Numbers of the releases that are kept.
std::vector<std::uint32_t> KeptReleases(const State& state, const InstanceRecord& record);

// What a worker may be told to be all that is kept of each, from a state as it is stored. Left out: what is
// unknown, or has an operation open that may record one more.
std::map<std::string, std::vector<std::uint32_t>> SettledReleases(const State& state,
                                                                  const std::vector<std::string>& instances);

// Takes the new release in, and lets the oldest go that are more than are kept; never what runs or the last
// good.
void RecordRelease(Draft& draft, Release release);

}  // namespace edm::master
