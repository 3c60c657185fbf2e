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
  void operator()(const master::Stored<master::OperationRecord>& it) const { Put(stored.operations, it); }
  void operator()(const master::Stored<Release>& it) const { Put(stored.releases, it); }
  void operator()(const master::Stored<master::WorkerRecord>& it) const { Put(stored.workers, it); }
  void operator()(const master::Stored<master::TokenRecord>& it) const { Put(stored.tokens, it); }
  void operator()(const master::Stored<master::RequestRecord>& it) const { Put(stored.requests, it); }
  void operator()(const master::StoredAddress&) const {}
};

template <class Record>
void CopyTable(const master::Table<Record>& from, master::Table<Record>& into) {
  into = master::Table<Record>();
  for (const auto& [key, record] : from.all()) into.Put(key, record);
}

}  // namespace

void Apply(const master::Change& change, master::State& stored) { std::visit(Into{stored}, change); }

master::State StateOf(const master::State& stored) {
  auto copy = stored;
  CopyTable(stored.instances, copy.instances);
  CopyTable(stored.operations, copy.operations);
  CopyTable(stored.releases, copy.releases);
  CopyTable(stored.workers, copy.workers);
  CopyTable(stored.tokens, copy.tokens);
  CopyTable(stored.requests, copy.requests);
  return copy;
}

}  // namespace edm::simulation
