#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "master/model/limits.h"
#include "master/model/moment.h"
#include "master/model/open_operations.h"
#include "master/model/records.h"
#include "master/model/table.h"
#include "master/model/watch.h"

namespace edm::master {

// "<instance>/<number>", the number padded so that keys sort like numbers.
std::string ReleaseKey(const std::string& instance, std::uint32_t number);

class Placer;  // of core/placement

// What is derived from the rest of the state when it is first needed. A copy of the state derives its own.
struct DerivedPlacer {
  DerivedPlacer() = default;
  DerivedPlacer(const DerivedPlacer&) {}
  DerivedPlacer& operator=(const DerivedPlacer& other) {
    if (this != &other) made = nullptr;
    return *this;
  }
  DerivedPlacer(DerivedPlacer&&) = default;
  DerivedPlacer& operator=(DerivedPlacer&&) = default;
  ~DerivedPlacer() = default;

  std::shared_ptr<Placer> made;
};

// All that the cluster is, owned by the loop's thread; readers hold shared copies that never change.
struct State {
  Table<InstanceRecord> instances;
  Table<OperationRecord> operations;
  Table<Release> releases;  // by ReleaseKey
  Table<WorkerRecord> workers;
  Table<TokenRecord> tokens;
  Table<RequestRecord> requests;  // by the digest of token and request id

  OpenOperations open;
  std::uint32_t epoch = 1;
  SteadyTime started;               // of this master
  std::optional<Moment> last_look;  // at both clocks
  SteadyTime wall_trusted_from{};   // before it nothing is removed because of its age
  Settings settings;
  Watch watch;  // the loop's alone
  DerivedPlacer placer;

  // A copy for readers.
  State Share();
};

// The operations that have not ended: all of them, or those of one instance.
std::vector<std::shared_ptr<const OperationRecord>> OpenRecords(const State& state);
std::vector<std::shared_ptr<const OperationRecord>> OpenOf(const State& state, std::string_view instance);

// Releases of one instance, by rising number.
std::vector<std::shared_ptr<const Release>> ReleasesOf(const State& state, const std::string& instance);

}  // namespace edm::master
