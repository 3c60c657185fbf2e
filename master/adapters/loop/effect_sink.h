#pragma once

#include "master/model/decision.h"

namespace edm::master {

// Does what was decided, once it is stored. Called on the writer's thread: must only post and return.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  virtual void Do(Effect effect) = 0;
};

}  // namespace edm::master
