#pragma once

#include <functional>
#include <memory>

#include "common/base/result.h"
#include "master/model/command.h"
#include "master/model/report.h"
#include "master/model/state.h"

namespace edm::master {

// The cluster as the rest of the master sees it: one door in, one view out. Any thread.
class Cluster {
 public:
  // Called once, when what was asked for is stored and in the view, or refused; on a thread of the cluster's
  // that everybody waits for, so it must be quick and never block.
  using Answer = std::function<void(Result<Accepted>)>;

  virtual ~Cluster() = default;

  // kUnavailable at once while the store is away; kResourceExhausted when the queue is full.
  virtual void Submit(Command command, Answer answer) = 0;
  // Facts are never refused while there is room; without an answer they may wait for the store.
  virtual void Report(master::Report report, Answer answer = {}) = 0;

  // Never changes; later calls give later ones.
  virtual std::shared_ptr<const State> View() const = 0;
};

}  // namespace edm::master
