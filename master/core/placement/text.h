#pragma once

#include <cstdint>
#include <string>

namespace edm::master {

// "0.21": quick, for it is written with every placement.
std::string Hundredths(double value);
// "+0.21", "-0.03".
std::string Signed(double value);
// "21 %" of 0.21, rounded.
std::string Percent(double share);
// Of a figure that counts.
std::uint64_t Whole(double figure);

}  // namespace edm::master
