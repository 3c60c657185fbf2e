#pragma once

#include <string>
#include <string_view>

namespace edm::worker {

// BLAKE2b-128 over parts, each with its length, as hex digits.
class Digest {
 public:
  Digest& Add(std::string_view part);
  std::string Hex() const;

 private:
  std::string parts_;
};

}  // namespace edm::worker
