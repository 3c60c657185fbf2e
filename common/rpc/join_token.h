#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::rpc {

inline constexpr std::size_t kFingerprintMin = 32;  // hex digits: 128 bits

// What lets one worker join, once: "edmw_<id>_<secret>_<fingerprint of the CA>".
struct JoinToken {
  std::string id;           // of the token, [a-z0-9-]
  std::string secret;       // [A-Za-z0-9-]
  std::string fingerprint;  // 32 to 64 hex digits of the CA's SHA-256

  bool operator==(const JoinToken&) const = default;
};

std::string FormatJoinToken(const JoinToken& token);
// Error: kInvalidArgument, which never quotes the token.
Result<JoinToken> ParseJoinToken(std::string_view text);

}  // namespace edm::rpc
