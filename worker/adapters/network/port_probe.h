#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edm::worker {

// Whether a port of this machine may be bound now on that IPv4 address ("0.0.0.0": on all). Binds it and lets
// go. An unknown protocol is never free.
bool CanBind(const std::string& address, std::uint16_t port, std::string_view protocol);

}  // namespace edm::worker
