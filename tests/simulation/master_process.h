#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/adapters/seat/election.h"
#include "tests/simulation/lock.h"
#include "tests/simulation/term.h"

namespace edm::simulation {

struct World;
class MasterMachine;

// One start of a master: campaigns for the lock with the real Election, and leads with a term while it has
// it, as the real Seat does. Ends with this object, as by kill -9.
class MasterProcess {
 public:
  MasterProcess(World& world, MasterMachine& machine);
  ~MasterProcess();

  void Start();
  void Sleep(Millis until) { life_->asleep_until = std::max(life_->asleep_until, until); }

  // What comes over the network. One that does not lead refuses, and says who does where it knows.
  void OnCommand(const master::Command& command, const Reply<master::Accepted>& reply);
  void OnReport(const master::Report& report, const Reply<Unit>& reply);
  void OnBeat(const master::WorkerBeat& beat, const std::vector<std::string>& unsure,
              const Reply<worker::BeatAnswer>& reply);
  void OnRegister(const WorkerFacts& facts, const std::vector<Observation>& observations,
                  const Reply<worker::Registration>& reply);

  // While it leads.
  const Term* term() const { return term_.get(); }

 private:
  void Campaign();
  void KeepSeat();
  void Lead();
  void StepDown(const Error& why);
  void Post();
  Error DoesNotLead() const;

  World& world_;
  MasterMachine& machine_;
  const LifePointer life_ = std::make_shared<Life>();
  StorePath lock_path_;
  LockClient lock_;
  master::Election election_;
  bool wants_ = false;         // the lock is ours
  std::optional<Error> lost_;  // why it is not ours any more
  std::string leader_;         // another one
  Agenda::Wake wake_seat_;
  std::unique_ptr<Term> term_;
  std::vector<std::unique_ptr<Term>> past_;  // what they had under way may still come to its end
};

}  // namespace edm::simulation
