#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/ports/secrets.h"

namespace edm::master {

// Closes what must not be readable in the K/V store (libsodium's secretbox), with a key that never leaves
// this machine's data folder. Any thread.
class Sealer final : public Secrets {
 public:
  // Reads the key, or makes it: mode 0600, whole or not at all.
  static Result<Sealer> Open(const std::filesystem::path& key_file);

  std::string Seal(std::string_view plain) const;
  // kDataLoss when it was sealed with another key, or damaged.
  Result<std::string> Unseal(std::string_view sealed) const;

  std::string Hash(std::string_view bytes) const override;  // BLAKE2b-256
  std::string Derive(std::string_view input) const override;
  bool Equal(std::string_view a, std::string_view b) const override;

 private:
  explicit Sealer(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace edm::master
