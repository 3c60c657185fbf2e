#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm {

// Closes what must not be readable at rest (libsodium's secretbox), with a key that never leaves this
// machine's data folder. Copies share nothing; const functions from any thread.
class SecretBox {
 public:
  // Reads the key, or makes it: mode 0600, whole or not at all.
  static Result<SecretBox> Open(const std::filesystem::path& key_file);

  std::string Seal(std::string_view plain) const;
  // kDataLoss: sealed with another key, or damaged.
  Result<std::string> Unseal(std::string_view sealed) const;
  // 32 bytes that nobody without the key can tell from chance; the same for the same input.
  std::string Derive(std::string_view input) const;

 private:
  SecretBox(std::string key, std::string key_file) : key_(std::move(key)), key_file_(std::move(key_file)) {}
  std::string key_;
  std::string key_file_;
};

}  // namespace edm
