#include "worker/adapters/network/port_holder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListenState = "0A";
constexpr std::size_t kInodeField = 9;
constexpr const char* kEngineProxy = "docker-proxy";

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool HoldsOneOf(const fs::path& process, const std::set<std::string>& sockets) {
  constexpr std::string_view kSocket = "socket:[";
  std::error_code error;
  for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const auto target = fs::read_symlink(at->path(), gone).string();
    if (gone || !target.starts_with(kSocket) || !target.ends_with(']')) continue;
    if (sockets.contains(target.substr(kSocket.size(), target.size() - kSocket.size() - 1))) return true;
  }
  return false;
}

std::string Describe(const fs::path& process) {
  const auto words = Split(ReadAll(process / "cmdline"), '\0');
  // The kernel cuts the name that it gives itself off after 15 bytes.
  auto name = words.empty() ? "" : fs::path(words.front()).filename().string();
  if (name.empty()) name = std::string(Trim(ReadAll(process / "comm")));
  auto text = Shown(name) + " (pid " + process.filename().string();
  const auto flag = std::find(words.begin(), words.end(), "-container-ip");
  if (name == kEngineProxy && flag != words.end() && std::next(flag) != words.end()) {
    text += ", for a container at " + Shown(*std::next(flag));
  }
  return text + ")";
}

}  // namespace

std::set<std::string> SocketsOn(std::uint16_t port, std::string_view text, bool is_tcp) {
  std::set<std::string> inodes;
  for (const auto& line : Split(text, '\n')) {
    std::istringstream words(line);
    const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    if (fields.size() <= kInodeField || (is_tcp && fields[3] != kListenState)) continue;
    const auto colon = fields[1].find(':');
    if (colon == std::string::npos) continue;
    std::uint16_t here = 0;
    const auto* const end = fields[1].data() + fields[1].size();
    const auto [stop, failure] = std::from_chars(fields[1].data() + colon + 1, end, here, 16);
    if (failure == std::errc() && stop == end && here == port) inodes.insert(fields[kInodeField]);
  }
  return inodes;
}

std::optional<std::string> HolderOfPort(std::uint16_t port, std::string_view protocol) {
  const fs::path net = "/proc/self/net";
  const std::string family(protocol);
  auto sockets = SocketsOn(port, ReadAll(net / family), protocol == "tcp");
  sockets.merge(SocketsOn(port, ReadAll(net / (family + "6")), protocol == "tcp"));
  if (sockets.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    if (IsNumber(at->path().filename().string()) && HoldsOneOf(at->path(), sockets))
      return Describe(at->path());
  }
  return std::nullopt;
}

}  // namespace edm::worker
