#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edm {

std::string ToHex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view text);

// RFC 4648 section 4, with padding.
std::string ToBase64(std::string_view bytes);
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace edm
