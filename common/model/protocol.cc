#include "common/model/protocol.h"

#include <algorithm>

namespace edm {

ProtocolRange SpokenBy(const Version& version) { return {version.protocol_oldest, version.protocol}; }

std::optional<std::uint32_t> Agree(ProtocolRange a, ProtocolRange b) {
  const auto newest = std::min(a.newest, b.newest);
  if (newest == 0 || newest < std::max(a.oldest, b.oldest)) return std::nullopt;
  return newest;
}

std::string ToString(ProtocolRange range) {
  if (range.oldest >= range.newest) return std::to_string(range.newest);
  return std::to_string(range.oldest) + " to " + std::to_string(range.newest);
}

}  // namespace edm
