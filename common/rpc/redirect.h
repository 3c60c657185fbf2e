#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"

namespace edm::rpc {

// Adds to an error where the one is that can do what was asked; LeaderIn reads it again, after the wire too.
Error WithLeader(Error error, const std::string& address);
std::optional<std::string> LeaderIn(const Error& error);

}  // namespace edm::rpc
