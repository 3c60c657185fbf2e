#pragma once

#include <map>
#include <string>

#include "edmctl/inventory/inventory.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// What importing an inventory would do: a line for each machine, with its labels; `there` are the workers
// that the cluster has, by id, each with its state in a word.
std::string RenderWorkerPlan(const Terminal& terminal, const Inventory& inventory,
                             const std::map<std::string, std::string>& there);

}  // namespace edm::ctl
