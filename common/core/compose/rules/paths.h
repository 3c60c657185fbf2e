#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/compose/rules/ruling.h"

namespace edm::compose {

constexpr std::size_t kEnvFileBytesMax = 256U << 10;

// A document's path as one from the root of the tree; none, and refused, when it is absolute, of the home
// folder, or holds characters that no path of a checkout has.
std::optional<std::string> InCheckout(Ruling& ruling, const Spot& spot, std::string_view path);

// "a" + "b/../c" -> "a/c"; may begin with ".." where it leads out. "." for the root.
std::string Joined(std::string_view folder, std::string_view path);

// A file that compose, or the container, reads: regular and inside the checkout. Returns its real path.
std::optional<std::string> JudgeFile(Ruling& ruling, const Spot& spot, std::string_view what);

// A folder or file that is mounted.
void JudgeBind(Ruling& ruling, const Spot& spot, std::string_view source, bool read_only);

}  // namespace edm::compose
