#pragma once

#include <string>
#include <string_view>

namespace edm {

// Text as libsodium takes it.
inline unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
inline const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace edm
