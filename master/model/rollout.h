#pragma once

#include <string>
#include <vector>

#include "common/model/operation.h"

namespace edm::master {

// What an operation of a set has its members do, one after the other or all at once. How far each is says the
// step of its name.
struct Rollout {
  struct Part {
    std::string member;
    OperationKind kind = OperationKind::kUnknown;
    std::string operation;  // of the member; "": it has not begun
  };
  std::vector<Part> parts;
  bool at_once = false;
};

}  // namespace edm::master
