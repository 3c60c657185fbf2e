#pragma once

#include <optional>
#include <string_view>

#include "common/base/time.h"

namespace edm::compose {

// Fits an image's path, a container's name and DNS alike.
bool IsServiceName(std::string_view name);

// "1m30s", "500ms", "10s": a duration as compose writes and reads it; a bare number is seconds.
std::optional<Millis> ReadComposeDuration(std::string_view text);

}  // namespace edm::compose
