#pragma once

#include <string>
#include <vector>

#include "edmctl/output/cluster_judgement.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

inline constexpr std::size_t kProblemsShown = 12;  // one screen; how many more there are is told

// Whether all is well; if not, what to do first and what else is wrong; then what there is.
std::string RenderStatus(const Terminal& terminal, const Look& look, const std::vector<Problem>& problems);

// {"well":false,"problems":[{"severity":"broken","object":…,"cause":…,"next":…}],"workers":3,…}: one line.
std::string StatusJson(const Look& look, const std::vector<Problem>& problems);

}  // namespace edm::ctl
