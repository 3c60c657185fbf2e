#include "master/core/placement/text.h"

#include <cmath>

namespace edm::master {
namespace {

std::string TwoPlaces(std::int64_t hundredths) {
  auto text = std::to_string(hundredths / 100);
  text += '.';
  text += static_cast<char>('0' + hundredths / 10 % 10);
  text += static_cast<char>('0' + hundredths % 10);
  return text;
}

}  // namespace

std::string Hundredths(double value) {
  const auto hundredths = std::llround(value * 100);
  return hundredths < 0 ? "-" + TwoPlaces(-hundredths) : TwoPlaces(hundredths);
}

std::string Signed(double value) {
  auto text = Hundredths(value);
  return text.starts_with('-') ? text : "+" + text;
}

std::string Percent(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %"; }

std::uint64_t Whole(double figure) { return static_cast<std::uint64_t>(figure); }

}  // namespace edm::master
