#include "tests/simulation/stored_changes.h"

namespace edm::simulation {
namespace {

template <class Record>
void Put(master::Table<Record>& table, const master::Stored<Record>& change) {
  if (change.record) {
    table.Put(change.key, change.record);
  } else {
    table.Erase(change.key);
  }
}

struct Into {
  master::State& stored;
  void operator()(const master::StoredSpec& it) const { Put(stored.instances, it); }
  void operator()(const master::StoredStatus& it) const { Put(stored.instances, it); }
  void operator()(const master::Stored<master::OperationRecord>& it) const {
    Put(stored.operations, it);
    if (it.record && !IsTerminal(it.record->operation.state)) {
      stored.open.Insert(it.key, it.record->operation.instance);
    } else {
      stored.open.Erase(it.key);
    }
  }
  void operator()(const master::Stored<Release>& it) const { Put(stored.releases, it); }
  void operator()(const master::Stored<master::WorkerRecord>& it) const { Put(stored.workers, it); }
  void operator()(const master::Stored<master::TokenRecord>& it) const { Put(stored.tokens, it); }
  void operator()(const master::Stored<master::RequestRecord>& it) const { Put(stored.requests, it); }
  void operator()(const master::StoredAddress&) const {}
};

}  // namespace

void Apply(const master::Change& change, master::State& stored) { std::visit(Into{stored}, change); }

}  // namespace edm::simulation
