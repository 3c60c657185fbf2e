#pragma once

#include <cstddef>
#include <string>

namespace edm {

// Unpredictable bytes, for ids and secrets. Any thread; never fails (an adapter that cannot deliver aborts).
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual std::string Bytes(std::size_t count) = 0;
};

}  // namespace edm
