#include "edmctl/dev/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <sstream>

#include "common/base/text.h"
#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTableBytesMax = std::size_t{16} << 20U;

std::string NameOf(const std::string& pid) {
  const auto name = ReadFile("/proc/" + pid + "/comm", 256);
  return std::string(name.ok() ? Trim(*name) : "a program") + " (pid " + pid + ")";
}

bool HoldsSocket(const fs::path& process, const std::string& link) {
  std::error_code failure;
  for (fs::directory_iterator at(process / "fd", failure), end; !failure && at != end;
       at.increment(failure)) {
    std::error_code unreadable;
    if (fs::read_symlink(at->path(), unreadable) == link) return true;
  }
  return false;
}

}  // namespace

bool IsPortFree(std::uint16_t port) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return false;
  const int on = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free =
      bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(file, 1) == 0;
  close(file);
  return free;
}

std::uint64_t ListeningInode(std::string_view table, std::uint16_t port) {
  constexpr std::string_view kListening = "0A";
  std::istringstream lines{std::string(table)};
  std::string line;
  std::getline(lines, line);  // headings
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout;
    std::uint64_t inode = 0;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const auto colon = local.rfind(':');
    if (!fields || colon == std::string::npos || state != kListening) continue;
    unsigned number = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) return inode;
  }
  return 0;
}

std::string HolderOf(std::uint16_t port) {
  const std::string unknown = "a program of another user";
  std::uint64_t inode = 0;
  for (const auto* name : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    const auto table = ReadFile(name, kTableBytesMax);
    if (inode == 0 && table.ok()) inode = ListeningInode(*table, port);
  }
  if (inode == 0) return unknown;
  const auto link = "socket:[" + std::to_string(inode) + "]";
  std::error_code failure;
  for (fs::directory_iterator at("/proc", failure), end; !failure && at != end; at.increment(failure)) {
    const auto pid = at->path().filename().string();
    if (pid.find_first_not_of("0123456789") == std::string::npos && HoldsSocket(at->path(), link))
      return NameOf(pid);
  }
  return unknown;
}

Result<DevPorts> ChoosePorts(const DevPorts& wanted, const std::function<bool(std::uint16_t)>& is_free,
                             std::vector<TakenPort>& taken) {
  auto chosen = wanted;
  std::set<std::uint16_t> used = {wanted.grpc, wanted.http, wanted.cluster, wanted.worker_http,
                                  wanted.worker_rpc};
  for (auto* port : {&chosen.grpc, &chosen.http, &chosen.cluster, &chosen.worker_http, &chosen.worker_rpc}) {
    if (is_free(*port)) continue;
    const auto first = *port;
    auto next = first;
    for (std::uint16_t tried = 0; tried < kPortsTried && next < 65'535; ++tried) {
      ++next;
      if (!used.contains(next) && is_free(next)) break;
    }
    if (used.contains(next) || !is_free(next)) {
      return Error{Code::kResourceExhausted,
                   "port " + std::to_string(first),
                   "is taken, and so are the next " + std::to_string(kPortsTried),
                   {},
                   "free some ports"};
    }
    *port = next;
    used.insert(next);
    taken.push_back({first, next});
  }
  return chosen;
}

}  // namespace edm::ctl
