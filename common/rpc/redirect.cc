#include "common/rpc/redirect.h"

#include <string_view>

namespace edm::rpc {
namespace {

constexpr std::string_view kLeader = "leader: ";

}  // namespace

Error WithLeader(Error error, const std::string& address) {
  error.evidence.push_back(std::string(kLeader) + address);
  return error;
}

std::optional<std::string> LeaderIn(const Error& error) {
  for (const auto& line : error.evidence) {
    if (line.starts_with(kLeader) && line.size() > kLeader.size()) return line.substr(kLeader.size());
  }
  return std::nullopt;
}

}  // namespace edm::rpc
