#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/model/reason.h"

namespace edm {

// Why a worker was chosen, and why each other was not.
struct Candidate {
  std::string worker;
  bool feasible = false;
  double score = 0;  // larger is better
  std::vector<Reason> reasons;
  double load = 0;  // as sampled, 0 to 1
};

// So many workers that were refused for the same.
struct RefusedCount {
  std::string_view phrase;  // behind "1": "lacks memory"; its first word is a verb. Never freed
  std::uint32_t count = 0;  // may have come to none
};

struct Placement {
  std::string worker;
  std::vector<Candidate> candidates;  // all, or the best few of many; the chosen one first
  WallTime decided_at;
  std::vector<RefusedCount> refused;  // in no order
  std::uint32_t workers = 0;          // that were there
  std::string revision;               // of the facts, where a plan was to be kept; "": there was none

  // Where the words are more than the figures give, or all that is known of it.
  std::string told_reason;    // "": the reasons of the candidate that was chosen
  std::string told_refusals;  // "": what `refused` counts
};

// "load 0.21, has cache".
std::string ReasonOf(const Placement& placement);

// "2 lack memory (1.2 GiB of 4.0 GiB free), 1 is cordoned"; "": none was refused.
std::string RefusalsOf(const Placement& placement);

// "2 lack memory".
std::string CountOf(std::uint32_t count, std::string_view phrase);

// "2 lack memory, 1 is cordoned": the most frequent first.
std::string TextOf(std::vector<RefusedCount> refused);

}  // namespace edm
