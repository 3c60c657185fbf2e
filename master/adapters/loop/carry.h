#pragma once

#include <functional>
#include <memory>

#include "master/adapters/loop/batch.h"
#include "master/adapters/loop/effect_sink.h"
#include "master/ports/event_log.h"

namespace edm::master {

// Where what follows from a batch goes.
struct Outlets {
  EventLog& log;
  EffectSink& effects;
  const std::function<void(std::shared_ptr<const State>)>& publish;
  // Told of each decision that was stored, before anything follows from it; must return soon. May be none.
  const std::function<void(const Decision&)>& witness;
};

// The rule of every batch: it is stored, and only then lets out what follows from it: the view, the notes,
// the effects, the answers, in this order. `store` stores it, for as long as it takes; an error: it never
// will, and whoever waits for an answer hears why.
void CarryBatch(Batch batch, const Outlets& outlets, const std::function<Status(Batch&)>& store);

}  // namespace edm::master
