#pragma once

#include <optional>
#include <string_view>

#include "common/base/time.h"
#include "common/model/service_name.h"

namespace edm::compose {

// "1m30s", "500ms", "10s": a duration as compose writes and reads it; a bare number is seconds.
std::optional<Millis> ReadComposeDuration(std::string_view text);

}  // namespace edm::compose
