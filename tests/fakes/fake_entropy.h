#pragma once

#include <mutex>
#include <random>

#include "common/ports/entropy.h"

namespace edm {

// The same bytes for the same seed.
class FakeEntropy final : public Entropy {
 public:
  explicit FakeEntropy(std::uint64_t seed = 1) : random_(seed) {}

  std::string Bytes(std::size_t count) override {
    const std::lock_guard lock(mutex_);
    std::string bytes(count, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_() & 0xff);
    return bytes;
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
};

}  // namespace edm
