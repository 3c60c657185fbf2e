#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace edm::worker {

// Who listens on a port of this machine, as people read it: "nginx (pid 812)", "docker-proxy (pid 90, for a
// container at 172.17.0.2)"; none where the kernel does not tell (another user's process, a port of the
// kernel's own).
std::optional<std::string> HolderOfPort(std::uint16_t port, std::string_view protocol);

// Inodes of the sockets bound to `port` in the text of /proc/net/{tcp,tcp6} (listening ones alone) or
// {udp,udp6}. Pure.
std::set<std::string> SocketsOn(std::uint16_t port, std::string_view text, bool is_tcp);

}  // namespace edm::worker
