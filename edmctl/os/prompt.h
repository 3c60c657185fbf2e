#pragma once

#include <optional>
#include <string>

namespace edm::ctl {

// One line of at most 4 KiB, without its end; nothing when the input ended first.
std::optional<std::string> ReadLine(int file);

}  // namespace edm::ctl
