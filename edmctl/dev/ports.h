#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "edmctl/dev/record.h"

namespace edm::ctl {

// Whether a program could listen on loopback there.
bool IsPortFree(std::uint16_t port);

// "nginx (pid 123)"; "a program of another user" when it cannot be told.
std::string HolderOf(std::uint16_t port);

// The inode of the socket that listens on the port, from the text of /proc/net/tcp or tcp6; 0 for none.
std::uint64_t ListeningInode(std::string_view table, std::uint16_t port);

struct TakenPort {
  std::uint16_t wanted = 0;
  std::uint16_t instead = 0;
};

// The wanted ports, each moved up to the next free one where it is taken; none twice.
// Error kResourceExhausted: none of the next kPortsTried is free.
inline constexpr std::uint16_t kPortsTried = 100;
Result<DevPorts> ChoosePorts(const DevPorts& wanted, const std::function<bool(std::uint16_t)>& is_free,
                             std::vector<TakenPort>& taken);

}  // namespace edm::ctl
