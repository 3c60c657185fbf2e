#pragma once

#include <string>
#include <vector>

#include "edm/v1/model.pb.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// One character a value, which lies between 0 and 1: "▁▂▅█", or ".:*#" where there is no Unicode.
std::string Sparkline(const Terminal& terminal, const std::vector<double>& shares);

// What a worker did during the last minutes, in fields of a table: a line each for CPU and memory with their
// least and most, the newest on the right. Empty where nothing is known. A blank is a time without a word.
std::vector<std::pair<std::string, std::string>> RenderLoad(const Terminal& terminal,
                                                            const v1::WorkerLoad& load);

}  // namespace edm::ctl
