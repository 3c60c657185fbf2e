#include "common/rpc/join_token.h"

#include <algorithm>
#include <vector>

#include "common/base/text.h"

namespace edm::rpc {
namespace {

constexpr std::string_view kPrefix = "edmw";
constexpr std::size_t kFingerprintMax = 64;  // hex digits
constexpr std::size_t kPartMax = 128;        // characters

bool OnlyOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string FormatJoinToken(const JoinToken& token) {
  return std::string(kPrefix) + "_" + token.id + "_" + token.secret + "_" + token.fingerprint;
}

Result<JoinToken> ParseJoinToken(std::string_view text) {
  const auto parts = Split(Trim(text), '_');
  const auto sized = [](const std::string& part) { return !part.empty() && part.size() <= kPartMax; };
  if (parts.size() == 4 && parts[0] == kPrefix && std::ranges::all_of(parts, sized) &&
      OnlyOf(parts[1], "abcdefghijklmnopqrstuvwxyz0123456789-") && OnlyOf(parts[3], "0123456789abcdef") &&
      parts[3].size() >= kFingerprintMin && parts[3].size() <= kFingerprintMax) {
    return JoinToken{parts[1], parts[2], parts[3]};
  }
  return Error{Code::kInvalidArgument,
               "join token",
               "it does not look like edmw_<id>_<secret>_<fingerprint>",
               {},
               "make one with 'edmctl token create NAME --worker'"};
}

}  // namespace edm::rpc
