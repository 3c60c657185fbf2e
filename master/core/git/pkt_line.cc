#include "master/core/git/pkt_line.h"

#include <fmt/format.h>

#include <charconv>

namespace edm::master {

std::string PktLine(std::string_view payload) {
  EDM_ASSERT(payload.size() <= kPktPayloadMax);
  return fmt::format("{:04x}{}", payload.size() + 4, payload);
}

Result<std::size_t> PktLength(std::string_view four) {
  std::size_t length = 0;
  const auto* end = four.data() + four.size();
  const auto read = std::from_chars(four.data(), end, length, 16);
  if (four.size() != 4 || read.ec != std::errc() || read.ptr != end || (length != 0 && length < 4) ||
      length > kPktPayloadMax + 4) {
    return Error{
        Code::kInternal, "git", "sent a line of no known form", {}, "report this with git's version"};
  }
  return length;
}

}  // namespace edm::master
