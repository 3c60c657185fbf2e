#pragma once

#include <optional>
#include <string>

namespace edm::ctl {

// Asks on the terminal for what must not be shown while it is typed; nothing where there is no terminal, or
// when the input ended.
std::optional<std::string> AskForSecret(const std::string& prompt);

}  // namespace edm::ctl
