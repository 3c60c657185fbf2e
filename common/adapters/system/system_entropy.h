#pragma once

#include "common/ports/entropy.h"

namespace edm {

// The kernel's random source.
class SystemEntropy final : public Entropy {
 public:
  std::string Bytes(std::size_t count) override;
};

}  // namespace edm
