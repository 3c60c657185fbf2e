#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/ports/kv_store.h"
#include "master/adapters/state/sealer.h"
#include "master/model/decision.h"
#include "master/model/state.h"
#include "master/ports/cluster.h"

namespace edm::master {

// Decisions that wait to be stored together, and the view that is true once they are.
struct Batch {
  struct Entry {
    Decision decision;
    Cluster::Answer answer;
  };
  std::vector<Entry> entries;
  std::shared_ptr<const State> view;

  bool empty() const { return entries.empty() && !view; }
};

// The changes of all decisions, in their order, in as few transactions as `limits` allow. Those of
// one decision stay in one transaction (only one that is larger than a transaction is split). Within a
// transaction the last of several changes of one key stands. Each begins with `fence`, if given: a check that
// refuses all of it once another master leads.
std::vector<std::vector<KvOp>> PackTransactions(const std::vector<Batch::Entry>& entries,
                                                const Sealer& sealer, const KvLimits& limits,
                                                const std::optional<KvOp>& fence = {});

}  // namespace edm::master
