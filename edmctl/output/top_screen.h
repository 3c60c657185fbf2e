#pragma once

#include <cstddef>
#include <string>

#include "edm/v1/master_service.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// The workers with their load, then the instances that run, the busiest first. At most `lines` lines, 0: all;
// what is left out is told.
std::string RenderTop(const Terminal& terminal, std::size_t lines, const v1::ListWorkersResponse& workers,
                      const v1::GetUsageResponse& usage);

// The containers of one instance.
std::string RenderTopOf(const Terminal& terminal, const v1::GetUsageResponse& usage);

}  // namespace edm::ctl
