#pragma once

#include <memory>
#include <string>
#include <utility>

#include "master/core/placement/placer.h"
#include "master/model/decision.h"
#include "master/model/state.h"

namespace edm::master {

// One decision in the making: what is put here is changed in the state and noted down to be stored, both at
// once, so that neither can be forgotten. Lives for one input, on the loop's thread.
class Draft {
 public:
  Draft(State& state, Moment now) : state_(state), now_(now) {}

  const State& state() const { return state_; }
  Moment now() const { return now_; }
  Decision& decision() { return decision_; }
  Watch& watch() { return state_.watch; }

  void PutSpec(InstanceRecord record);    // raises the revision
  void PutStatus(InstanceRecord record);  // a member's changes its set's as well
  void RemoveInstance(const std::string& id);
  void Put(OperationRecord record);
  void RemoveOperation(const std::string& id);
  void Put(Release release);
  void RemoveRelease(const std::string& instance, std::uint32_t number);
  void Put(WorkerRecord record);  // facts, state and all
  void RemoveWorker(const std::string& id);
  void PutVolatile(WorkerRecord record);  // what is never stored: beats, load, reservations
  void Put(TokenRecord record);
  void RemoveToken(const std::string& id);
  void PutRequest(const std::string& key, RequestRecord record);
  void RemoveRequest(const std::string& key);
  void PutLook(SteadyTime wall_trusted_from);  // at the clocks, now; never stored

  // Of the state as it is in this moment.
  Placer& placer();

  void Do(Effect effect) { decision_.effects.push_back(std::move(effect)); }
  void Note(OperationNote note) { decision_.notes.push_back(std::move(note)); }
  void Event(ClusterNote note);  // its time is set here
  void Change(master::Change change) { decision_.changes.push_back(std::move(change)); }

 private:
  void PutInstance(std::shared_ptr<const InstanceRecord> kept);
  // Of the set whose member was put or has gone.
  void SumUpFor(const std::string& member);
  void PutWorker(std::shared_ptr<const WorkerRecord> kept);

  State& state_;
  Moment now_;
  Decision decision_;
};

}  // namespace edm::master
