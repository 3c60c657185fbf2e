#pragma once

#include "common/base/time.h"

namespace edm::master {

// Now, both ways: `wall` for what people read and what is stored, `steady` for every wait.
struct Moment {
  WallTime wall;
  SteadyTime steady;
};

}  // namespace edm::master
