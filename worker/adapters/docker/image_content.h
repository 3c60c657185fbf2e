#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace edm::worker {

// Layers and configuration of an inspected image without our labels, as text to be compared. Pure.
std::string ContentOf(const nlohmann::json& image);

}  // namespace edm::worker
