#pragma once

#include <cstdint>
#include <vector>

#include "common/base/time.h"

namespace edm::simulation {

// Everything that is left to chance comes from here: the same seed, the same throws (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }
  std::uint64_t Below(std::uint64_t limit) { return Next() % limit; }
  Millis Between(Millis least, Millis most) {
    const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + Millis(static_cast<std::int64_t>(Below(span)));
  }
  bool Hits(double chance) { return static_cast<double>(Next() >> 11) * 0x1.0p-53 < chance; }
  template <class Item>
  const Item& Pick(const std::vector<Item>& items) {
    return items[Below(items.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace edm::simulation
