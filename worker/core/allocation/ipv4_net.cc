#include "worker/core/allocation/ipv4_net.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::worker {
namespace {

bool ParseNumber(std::string_view text, std::uint32_t most, std::uint32_t& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number <= most;
}

}  // namespace

bool Overlap(const Ipv4Net& a, const Ipv4Net& b) {
  return std::max(a.first(), b.first()) <= std::min(a.last(), b.last());
}

std::string ToString(const Ipv4Net& net) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string((net.address >> shift) & 0xFFU);
    text += shift > 0 ? "." : "/";
  }
  return text + std::to_string(net.prefix);
}

Result<Ipv4Net> ParseIpv4Net(std::string_view text) {
  const auto refused = [&](std::string cause) {
    return Error{Code::kInvalidArgument,
                 "subnet " + Shown(text),
                 std::move(cause),
                 {},
                 "write it as in 10.201.0.0/16"};
  };
  const auto slash = text.find('/');
  std::uint32_t prefix = 32;
  if (slash != std::string_view::npos && !ParseNumber(text.substr(slash + 1), 32, prefix)) {
    return refused("its prefix is not a number up to 32");
  }
  const auto parts = Split(text.substr(0, slash), '.');
  if (parts.size() != 4) return refused("it is not an IPv4 network");
  Ipv4Net net{0, static_cast<std::uint8_t>(prefix)};
  for (const auto& part : parts) {
    std::uint32_t byte = 0;
    if (!ParseNumber(part, 255, byte)) return refused("it is not an IPv4 network");
    net.address = net.address << 8 | byte;
  }
  const std::uint32_t host_bits = Ipv4Net{0, net.prefix}.last();
  if ((net.address & host_bits) != 0) return refused("bits below its prefix are set");
  return net;
}

}  // namespace edm::worker
