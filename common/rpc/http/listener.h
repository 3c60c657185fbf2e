#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/base/unique_fd.h"

namespace edm::rpc {

struct Listener {
  UniqueFd fd;
  std::string address;  // as bound: "127.0.0.1:40213"
  std::uint16_t port = 0;
  bool v6 = false;
};

// "address:port", "[::1]:port"; numbers only. Errors name the address: kInvalidArgument (its form),
// kFailedPrecondition (taken), kPermissionDenied (a low port), kNotFound (no address of this machine).
Result<Listener> Listen(const std::string& address);

// A socket that listens already.
Listener Adopt(UniqueFd listening);

}  // namespace edm::rpc
