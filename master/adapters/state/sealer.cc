#include "master/adapters/state/sealer.h"

#include <sodium.h>

#include "master/adapters/state/private_file.h"

namespace edm::master {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Result<Sealer> Sealer::Open(const std::filesystem::path& key_file) {
  if (sodium_init() < 0) {
    return Error{Code::kInternal, "libsodium", "it does not initialise", {}, "reinstall libsodium23"};
  }
  auto read = ReadSmallFile(key_file);
  if (read.ok()) {
    if (read->size() == crypto_secretbox_KEYBYTES) return Sealer(*read);
    return Error{
        Code::kDataLoss, key_file.string(), "it is no key of 32 bytes", {}, "restore it from a backup"};
  }
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  randombytes_buf(key.data(), key.size());
  EDM_CHECK(WritePrivateFile(key_file, key));
  return Sealer(std::move(key));
}

std::string Sealer::Seal(std::string_view plain) const {
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(sealed) + crypto_secretbox_NONCEBYTES, Bytes(plain), plain.size(),
                        Bytes(sealed), Bytes(std::string_view(key_)));
  return sealed;
}

Result<std::string> Sealer::Unseal(std::string_view sealed) const {
  const Error damaged{Code::kDataLoss,
                      "sealed value",
                      "it was sealed with another key, or is damaged",
                      {},
                      "restore seal.key of the master's data folder from a backup"};
  constexpr auto kExtra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kExtra) return damaged;
  std::string plain(sealed.size() - kExtra, '\0');
  const auto body = sealed.substr(crypto_secretbox_NONCEBYTES);
  if (crypto_secretbox_open_easy(Bytes(plain), Bytes(body), body.size(), Bytes(sealed),
                                 Bytes(std::string_view(key_))) != 0) {
    return damaged;
  }
  return plain;
}

std::string Sealer::Derive(std::string_view input) const {
  std::string made(32, '\0');
  crypto_generichash(Bytes(made), made.size(), Bytes(input), input.size(), Bytes(std::string_view(key_)),
                     key_.size());
  return made;
}

std::string Sealer::Hash(std::string_view bytes) const {
  std::string hash(32, '\0');
  crypto_generichash(Bytes(hash), hash.size(), Bytes(bytes), bytes.size(), nullptr, 0);
  return hash;
}

bool Sealer::Equal(std::string_view a, std::string_view b) const {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace edm::master
