#pragma once

#include <span>
#include <string>
#include <string_view>

namespace edm {

// Why a worker was chosen, or was not: figures, which are put into words when they are read or stored.
struct Reason {
  std::string (*say)(const Reason& reason) = nullptr;  // pure; null: `about` are the words
  double figure = 0;
  double beside = 0;  // a second one
  std::string about;  // what the figures are of
};

std::string Said(const Reason& reason);
// "load 0.21, has cache".
std::string Said(std::span<const Reason> reasons, std::string_view separator = ", ");

}  // namespace edm
