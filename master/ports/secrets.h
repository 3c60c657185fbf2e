#pragma once

#include <string>
#include <string_view>

namespace edm::master {

// What the API needs of cryptography. Any thread.
class Secrets {
 public:
  virtual ~Secrets() = default;
  // 32 bytes; what is stored of a token's secret, and what tells requests apart.
  virtual std::string Hash(std::string_view bytes) const = 0;
  // 32 bytes that only this cluster can make of `input`, always the same ones.
  virtual std::string Derive(std::string_view input) const = 0;
  // In a time that does not depend on where they differ.
  virtual bool Equal(std::string_view a, std::string_view b) const = 0;
};

}  // namespace edm::master
