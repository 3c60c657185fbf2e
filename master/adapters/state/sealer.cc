#include "master/adapters/state/sealer.h"

#include <sodium.h>

namespace edm::master {
namespace {

constexpr std::size_t kHashBytes = 32;

}  // namespace

Result<Sealer> Sealer::Open(const std::filesystem::path& key_file) {
  EDM_TRY(auto box, SecretBox::Open(key_file));
  return Sealer(std::move(box));
}

std::string Sealer::Hash(std::string_view bytes) const {
  std::string hash(kHashBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  return hash;
}

bool Sealer::Equal(std::string_view a, std::string_view b) const {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace edm::master
