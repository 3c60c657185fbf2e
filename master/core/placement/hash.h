#pragma once

#include <cstdint>
#include <string_view>

namespace edm::master {

// FNV-1a: the same on every machine and in every run, unlike std::hash.
class Hash {
 public:
  explicit Hash(std::uint64_t seed = 0) : value_(14695981039346656037ULL ^ seed) {}

  void Add(std::string_view text) {
    for (const char c : text) Mix(static_cast<unsigned char>(c));
    Mix(0x100);  // no byte: "ab" + "c" is not "a" + "bc"
  }
  // Capitals count as small letters; ASCII only, as names are.
  void AddFolded(std::string_view text) {
    for (const char c : text) Mix(static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    Mix(0x100);
  }
  void Add(std::uint64_t number) {
    Mix(number & 0xFFFFFFFFU);
    Mix(number >> 32U);
  }
  std::uint64_t value() const { return value_ ^ (value_ >> 29U); }

 private:
  void Mix(std::uint64_t part) { value_ = (value_ ^ part) * 1099511628211ULL; }

  std::uint64_t value_;
};

template <class... Parts>
std::uint64_t HashOf(const Parts&... parts) {
  Hash hash;
  (hash.Add(parts), ...);
  return hash.value();
}

}  // namespace edm::master
