#pragma once

#include <string>

#include "common/base/result.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

inline constexpr int kMasters = 3;

// Which master somebody asks: the one that answered last, or whom a refusal named, or any.
class Asker {
 public:
  Node to() const { return to_; }
  void Learn(const Error& refusal, Dice& dice) {
    if (refusal.code != Code::kUnavailable && refusal.code != Code::kDeadlineExceeded) return;
    const bool is_named = refusal.object == "master" && !refusal.hint.empty();
    to_ = is_named ? std::stoi(refusal.hint) : static_cast<Node>(dice.Below(kMasters));
  }

 private:
  Node to_ = 0;
};

}  // namespace edm::simulation
