#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "master/model/state.h"
#include "tests/simulation/machine.h"

namespace edm::simulation {

struct World;

// What must be so once everything has ended: what was promised is in force, and nothing is there for nobody.
class EndChecks {
 public:
  // `began`: operations by the order in which they were accepted.
  EndChecks(World& world, const master::State& state, const std::map<std::string, std::uint64_t>& began)
      : world_(world), state_(state), began_(began) {}

  void Run();

 private:
  void CheckPromises();
  void CheckInForce(const master::InstanceRecord& record);
  void CheckPlace(const master::InstanceRecord& record);
  void CheckReleases();
  void CheckAddresses();
  void CheckRepos();
  void CheckEngine(const Machine& machine);
  void CheckJournal(const Machine& machine);
  const Machine* At(const std::string& worker) const;
  bool IsOn(const std::string& instance, const Machine& machine) const;
  void Violate(const char* rule, std::string what);

  World& world_;
  const master::State& state_;
  const std::map<std::string, std::uint64_t>& began_;
};

}  // namespace edm::simulation
