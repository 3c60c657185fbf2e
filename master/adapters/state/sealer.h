#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/adapters/seal/secret_box.h"
#include "common/base/result.h"
#include "master/ports/secrets.h"

namespace edm::master {

// The master's secrets: what must not be readable in the K/V store, and the hashes of tokens. Any thread.
class Sealer final : public Secrets {
 public:
  // Reads the key, or makes it: mode 0600, whole or not at all.
  static Result<Sealer> Open(const std::filesystem::path& key_file);

  std::string Seal(std::string_view plain) const { return box_.Seal(plain); }
  Result<std::string> Unseal(std::string_view sealed) const { return box_.Unseal(sealed); }

  std::string Hash(std::string_view bytes) const override;  // BLAKE2b-256
  std::string Derive(std::string_view input) const override { return box_.Derive(input); }
  bool Equal(std::string_view a, std::string_view b) const override;

 private:
  explicit Sealer(SecretBox box) : box_(std::move(box)) {}
  SecretBox box_;
};

}  // namespace edm::master
