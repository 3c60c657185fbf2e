#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edm {

std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(std::span<const std::string> parts, std::string_view separator);
std::string_view Trim(std::string_view text);

// ASCII only: names are ASCII by the time they are compared (model/names.h).
std::string Folded(std::string_view text);

// Replaces bytes that are not UTF-8 by U+FFFD, so that any program's output fits JSON and protobuf.
std::string ToUtf8(std::string_view bytes);
bool IsUtf8(std::string_view bytes);

// The candidate that `word` was probably meant to be, by edit distance; none if nothing is near.
std::optional<std::string> Nearest(std::string_view word, std::span<const std::string> candidates);

// "3.1 MiB", "212 B".
std::string FormatBytes(std::uint64_t bytes);

// "1 file", "212 files".
std::string Counted(std::uint64_t number, std::string_view noun);

}  // namespace edm
