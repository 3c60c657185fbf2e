#include "common/core/compose/port_list.h"

#include <charconv>

#include "common/model/names.h"

namespace edm::compose {
namespace {

Error NoPort(std::string_view text) {
  return Error{Code::kInvalidArgument,
               "",
               "'" + Shown(text) + "' is no port",
               {},
               "write the container's port, as \"8000\", or \"8080:8000\""};
}

struct Range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::size_t size() const { return static_cast<std::size_t>(last - first) + 1; }
};

Result<std::uint16_t> ReadPort(std::string_view text, std::string_view all) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return NoPort(all);
  return port;
}

Result<Range> ReadRange(std::string_view text, std::string_view all) {
  const auto dash = text.find('-');
  EDM_TRY(const auto first, ReadPort(text.substr(0, dash), all));
  if (dash == std::string_view::npos) return Range{first, first};
  EDM_TRY(const auto last, ReadPort(text.substr(dash + 1), all));
  if (last < first) return NoPort(all);
  return Range{first, last};
}

struct Written {
  std::string_view target;
  std::string_view published;
  std::string_view host_ip;
  std::string_view protocol = "tcp";
};

Result<std::vector<WantedPort>> Ports(const Written& written, std::string_view all) {
  EDM_TRY(const auto inside, ReadRange(written.target, all));
  if (inside.first == 0) return NoPort(all);
  if (inside.size() > kPortsMax) {
    return Error{Code::kResourceExhausted,
                 "",
                 "'" + Shown(all) + "' names more than 64 ports",
                 {},
                 "name fewer ports"};
  }
  if (written.protocol != "tcp" && written.protocol != "udp") {
    return Error{Code::kInvalidArgument,
                 "",
                 "the protocol '" + Shown(written.protocol) + "' is not supported",
                 {},
                 "use tcp or udp"};
  }
  Range outside;
  if (!written.published.empty()) {
    EDM_TRY(outside, ReadRange(written.published, all));
  }
  const bool is_fixed = outside.first != 0;
  if (is_fixed && outside.size() != inside.size()) {
    return Error{Code::kInvalidArgument,
                 "",
                 "'" + Shown(all) + "' names " + std::to_string(outside.size()) + " host ports for " +
                     std::to_string(inside.size()) + " in the container",
                 {},
                 "name as many host ports as container ports, or only the container's"};
  }
  const auto& ip = written.host_ip;
  const bool is_local = ip.starts_with("127.") || ip == "::1" || ip == "[::1]" || ip == "localhost";
  std::vector<WantedPort> ports;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    WantedPort port;
    port.port = static_cast<std::uint16_t>(inside.first + i);
    port.protocol = std::string(written.protocol);
    if (is_fixed) port.host_port = static_cast<std::uint16_t>(outside.first + i);
    port.loopback_only = is_local;
    ports.push_back(std::move(port));
  }
  return ports;
}

// [[host_ip:]published:]target[/protocol]
Result<std::vector<WantedPort>> ReadShortPort(std::string_view text) {
  Written written;
  auto rest = text;
  if (const auto slash = rest.rfind('/'); slash != std::string_view::npos) {
    written.protocol = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  auto colon = rest.rfind(':');
  written.target = colon == std::string_view::npos ? rest : rest.substr(colon + 1);
  if (colon != std::string_view::npos) {
    rest = rest.substr(0, colon);
    colon = rest.rfind(':');
    written.published = colon == std::string_view::npos ? rest : rest.substr(colon + 1);
    if (colon != std::string_view::npos) written.host_ip = rest.substr(0, colon);
  }
  return Ports(written, text);
}

}  // namespace

Result<std::vector<WantedPort>> ReadPorts(const yaml::Node& entry) {
  if (entry.is_scalar()) return ReadShortPort(entry.text());
  const auto* target = entry.Find("target");
  if (!target || !target->is_scalar()) return NoPort("target");
  const auto text = [&](std::string_view key) -> std::string_view {
    const auto* node = entry.Find(key);
    return node && node->is_scalar() ? std::string_view(node->text()) : std::string_view();
  };
  Written written{target->text(), text("published"), text("host_ip")};
  if (!text("protocol").empty()) written.protocol = text("protocol");
  // As the short form has it, for the messages.
  const auto all =
      written.published.empty() ? target->text() : std::string(written.published) + ":" + target->text();
  return Ports(written, all);
}

}  // namespace edm::compose
