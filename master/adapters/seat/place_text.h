#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "master/model/masters.h"

namespace edm::master {

// A master's place as it stands at the lock: one JSON object, for people to read as well.
std::string ToText(const MasterPlace& place);
// None: it is no such text.
std::optional<MasterPlace> PlaceFrom(std::string_view text);

}  // namespace edm::master
