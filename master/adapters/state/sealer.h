#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// Closes what must not be readable in the K/V store (libsodium's secretbox), with a key that never leaves this
// machine's data folder. Any thread.
class Sealer {
 public:
  // Reads the key, or makes it: mode 0600, whole or not at all.
  static Result<Sealer> Open(const std::filesystem::path& key_file);

  std::string Seal(std::string_view plain) const;
  // kDataLoss when it was sealed with another key, or damaged.
  Result<std::string> Unseal(std::string_view sealed) const;

  // 32 bytes that only the holder of the key can make from `input`, always the same ones.
  std::string Derive(std::string_view input) const;

 private:
  explicit Sealer(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// BLAKE2b-256.
std::string Blake2b(std::string_view bytes);
// In a time that does not depend on where they differ.
bool EqualSecrets(std::string_view a, std::string_view b);

}  // namespace edm::master
