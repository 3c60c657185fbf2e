#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "master/core/placement/question.h"
#include "master/core/placement/site.h"

namespace edm::master {

// What a worker that cannot take it now leaves to hope for; a larger one is the worse.
enum class Hope : std::uint8_t {
  kFits = 0,
  kPromised = 1,  // orders under way end by themselves
  kLater = 2,     // somebody may make room: an instance stops or moves, a label is set, a cordon taken off
  kMended = 3,    // something is broken or away
  kNever = 4,     // not with all that it has
};

// What a judgement looks at.
enum class Basis : std::uint8_t {
  kFacts = 0,  // at the request's shape and the worker's own facts: the same until those change
  kShape = 1,  // at the request's shape and all of the worker
  kAsker = 2,  // at who asks as well
};

// One thing that stands between a request and a worker. Pure, without state, each in a file of its own.
struct Filter {
  std::string_view name;
  Basis basis;
  Hope (*judge)(const Question& question, const Site& site);
  // Of one worker that it refuses, behind the worker's name: "has 100 MiB of memory free, 256 are needed".
  std::string (*explain)(const Question& question, const Site& site);
  // The same of several, behind "1": "lacks memory"; its first word is a verb.
  std::string_view (*phrase)(const Question& question, const Site& site);
  // In brackets behind the phrase, of the one that has the most free; null: nothing.
  std::string (*detail)(const Question& question, const Site& site) = nullptr;
  std::uint64_t (*free)(const Question& question, const Site& site) = nullptr;
};

// In the order in which they are asked; the first that refuses is the one that is named where there is room
// for one. Those behind kLoad may look at the worker's load.
std::span<const Filter* const> Filters();

extern const Filter kReady;
extern const Filter kProtocolFilter;
extern const Filter kAvailability;
extern const Filter kBarred;
extern const Filter kArchitecture;
extern const Filter kLabels;
extern const Filter kImages;
extern const Filter kRejected;
extern const Filter kGpus;
extern const Filter kPorts;
extern const Filter kApart;
extern const Filter kOnePerWorker;
extern const Filter kLoad;
extern const Filter kMemory;
extern const Filter kCpus;
extern const Filter kDisk;
extern const Filter kNetworks;

}  // namespace edm::master
