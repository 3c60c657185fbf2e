#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edm::compose {

// Why an image may not be named so; nothing when it may. Images of other instances, and image ids, are
// refused.
struct ImageRefusal {
  std::string cause;
  std::string instead;
};
std::optional<ImageRefusal> WhyNotImage(std::string_view reference);

}  // namespace edm::compose
