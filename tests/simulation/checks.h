#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "common/ports/kv_store.h"
#include "master/model/decision.h"
#include "master/model/report.h"
#include "master/model/state.h"
#include "tests/simulation/network.h"
#include "worker/core/records.h"
#include "worker/ports/event_log.h"

namespace edm::simulation {

struct World;
class Machine;

// The rules that hold at every step and in the end. Each looks only at what really is: engines, disks, the
// store and what was promised to clients.
class Checks {
 public:
  explicit Checks(World& world) : world_(world) {}

  std::uint32_t EpochInForce();

  // Masters:
  // Somebody has taken the epoch and read the state; a write has happened at the store.
  void OnLeads(Node master, const master::State& state);
  void OnWrite(std::uint32_t epoch, const std::vector<KvOp>& ops);
  void OnStored(std::uint32_t epoch, const master::Change& change);
  void BeforeReport(const master::State& state, const master::Report& report);
  void OnDecision(const master::State& state, const master::Decision& decision);
  void OnAcknowledged(const std::string& operation);

  // Workers:
  void OnBoot(const Machine& machine);
  void OnEpochSeen(const Machine& machine, std::uint32_t epoch);
  // An order leaves its master; and is answered by its worker.
  void OnSent(const Order& order);
  void OnOrder(const Machine& machine, const Order& order, const Status& status);
  void OnAttempt(const Machine& machine, const worker::AttemptRecord* before,
                 const worker::AttemptRecord& now);
  void OnCopyChanged(const Machine& machine, const std::string& project);
  void OnClash(const Machine& machine, const std::string& project, const std::string& other);

  void OnNeverQuiet();
  void AtTheEnd();

 private:
  void OnStatus(const master::InstanceRecord& record);
  struct Seen {
    OperationState state = OperationState::kPending;
    master::Stage stage = master::Stage::kSource;
    std::uint64_t order = 0;  // of its beginning
  };
  // An attempt as one leader follows it: epoch, operation, attempt.
  using Followed = std::tuple<std::uint32_t, std::string, std::uint32_t>;
  void OnOperation(const master::OperationRecord& record);
  bool IsFirstOrder(const master::State& state, const master::SendOrder& send) const;
  void CheckRoom(const master::State& state, const master::SendOrder& send,
                 const std::set<std::string>& later);

  World& world_;
  std::uint64_t orders_ = 0;
  std::map<std::string, Seen> operations_;
  std::map<std::string, std::string> requests_;  // request id to the operation that it began
  std::set<std::uint32_t> epochs_;
  std::map<std::string, std::uint32_t> epoch_of_;  // the highest that each worker has heard of
  std::map<Followed, std::uint32_t> delivered_;    // cursors
};

}  // namespace edm::simulation
