#include "worker/adapters/docker/listening_sockets.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr std::string_view kListenState = "0A";
// As the kernel prints them on a little-endian machine: ::1, and 127.0.0.1 mapped into IPv6.
constexpr std::string_view kLoopback6 = "00000000000000000000000001000000";
constexpr std::string_view kMappedPrefix = "0000000000000000FFFF0000";
constexpr std::size_t kIpv4Digits = 8;

bool IsLoopback(std::string_view address) {
  if (address == kLoopback6) return true;
  if (address.starts_with(kMappedPrefix)) address.remove_prefix(kMappedPrefix.size());
  return address.size() == kIpv4Digits && address.ends_with("7F");
}

// Docker's own resolver listens on 127.0.0.11 inside each container.
bool IsEngineResolver(std::string_view address) { return address == "0B00007F"; }

void AddListening(std::string_view text, std::map<std::uint16_t, bool>& loopback_only) {
  for (const auto& line : Split(text, '\n')) {
    std::istringstream words(line);
    const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    if (fields.size() < 4 || fields[3] != kListenState) continue;
    const auto colon = fields[1].find(':');
    if (colon == std::string::npos) continue;
    const std::string digits = fields[1].substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
    const std::string_view address = std::string_view(fields[1]).substr(0, colon);
    if (failure != std::errc() || end != digits.data() + digits.size() || IsEngineResolver(address)) continue;
    const auto [entry, is_new] = loopback_only.try_emplace(port, true);
    entry->second = entry->second && IsLoopback(address);
  }
}

std::optional<std::string> ReadAll(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::vector<ListeningPort> ParseListening(std::string_view tcp, std::string_view tcp6) {
  std::map<std::uint16_t, bool> loopback_only;
  AddListening(tcp, loopback_only);
  AddListening(tcp6, loopback_only);
  std::vector<ListeningPort> ports;
  for (const auto& [port, loopback] : loopback_only) ports.push_back({port, loopback});
  return ports;
}

Result<std::vector<ListeningPort>> ListeningOf(int pid) {
  const std::string base = "/proc/" + std::to_string(pid) + "/net/";
  const auto tcp = ReadAll(base + "tcp");
  if (!tcp) {
    return Error{Code::kFailedPrecondition,
                 "process " + std::to_string(pid),
                 "its sockets cannot be read",
                 {},
                 "the worker must run on the engine's machine, as root"};
  }
  return ParseListening(*tcp, ReadAll(base + "tcp6").value_or(""));
}

}  // namespace edm::worker
