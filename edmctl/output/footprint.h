#pragma once

#include <string>

#include "edm/v1/master_service.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// What a delete takes away, for people to think about; "?" for a size that nobody could tell.
std::string RenderFootprint(const Terminal& terminal, const std::string& id, const v1::Footprint& footprint,
                            bool keep_volumes);

}  // namespace edm::ctl
