#include "common/adapters/seal/secret_box.h"

#include <sodium.h>

#include "common/adapters/seal/sodium_bytes.h"
#include "common/rpc/secret_file.h"

namespace edm {
namespace {

constexpr std::size_t kExtraBytes = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;

}  // namespace

Result<SecretBox> SecretBox::Open(const std::filesystem::path& key_file) {
  if (sodium_init() < 0) {
    return Error{Code::kInternal, "libsodium", "it does not initialise", {}, "reinstall libsodium23"};
  }
  EDM_TRY(auto key, rpc::ReadSecretFile(key_file));
  if (!key) {
    key.emplace(crypto_secretbox_KEYBYTES, '\0');
    randombytes_buf(key->data(), key->size());
    EDM_CHECK(rpc::WriteFileWhole(key_file, *key, rpc::kSecretMode));
  }
  if (key->size() != crypto_secretbox_KEYBYTES) {
    return Error{
        Code::kDataLoss, key_file.string(), "it is no key of 32 bytes", {}, "restore it from a backup"};
  }
  return SecretBox(std::move(*key), key_file.string());
}

std::string SecretBox::Seal(std::string_view plain) const {
  std::string sealed(kExtraBytes + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), Bytes(std::string_view(key_)));
  return sealed;
}

Result<std::string> SecretBox::Unseal(std::string_view sealed) const {
  const Error damaged{Code::kDataLoss,
                      "sealed value",
                      "it was sealed with another key, or is damaged",
                      {},
                      "restore " + key_file_ + " from a backup"};
  if (sealed.size() < kExtraBytes) return damaged;
  std::string plain(sealed.size() - kExtraBytes, '\0');
  const auto body = sealed.substr(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(body), body.size(), Bytes(sealed),
                                 Bytes(std::string_view(key_))) != 0) {
    return damaged;
  }
  return plain;
}

std::string SecretBox::Derive(std::string_view input) const {
  std::string made(crypto_generichash_BYTES, '\0');
  crypto_generichash(Bytes(made), made.size(), Bytes(input), input.size(), Bytes(std::string_view(key_)),
                     key_.size());
  return made;
}

}  // namespace edm
