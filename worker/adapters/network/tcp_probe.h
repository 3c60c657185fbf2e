#pragma once

#include <cstdint>
#include <string>

#include "common/base/time.h"

namespace edm::worker {

// Whether somebody accepts TCP connections there now. `address` is IPv4. Blocks for at most `timeout`.
bool Accepts(const std::string& address, std::uint16_t port, Millis timeout);

}  // namespace edm::worker
