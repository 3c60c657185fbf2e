#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "master/model/command.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/git.h"

namespace edm::simulation {

// What people ask for, by chance: of which instance what, from which source, within which time. Knows what
// was given before, since people give the same again.
class Orders {
 public:
  Orders(Dice& dice, const GitRepos& git) : dice_(dice), git_(git) {}

  std::string PickInstance();
  OperationKind PickKind();
  // Of kinds that wait for what is under way, and are superseded by what comes after them.
  OperationKind PickNextKind();

  master::Begin Make(OperationKind kind, const std::string& instance);
  // With the shortest time that may be given.
  master::Begin MakeShort(OperationKind kind, const std::string& instance);
  master::CancelOperation Cancel(const std::string& operation);
  master::ChangeWorker Change(const std::string& worker, Availability availability);

 private:
  master::Origin MakeOrigin();
  void GiveSource(master::Begin& begin);
  std::string PickCommit(const std::string& instance);

  Dice& dice_;
  const GitRepos& git_;
  std::uint64_t requests_ = 0;
  std::string last_;                            // the instance of the last order
  std::map<std::string, std::string> commits_;  // the last of each instance
};

}  // namespace edm::simulation
