#include "worker/adapters/runner/digest.h"

#include <sodium.h>

#include "common/base/bytes.h"

namespace edm::worker {

Digest& Digest::Add(std::string_view part) {
  parts_ += std::to_string(part.size()) + ':';
  parts_ += part;
  return *this;
}

std::string Digest::Hex() const {
  std::string hash(16, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(parts_.data()), parts_.size(), nullptr, 0);
  return ToHex(hash);
}

}  // namespace edm::worker
