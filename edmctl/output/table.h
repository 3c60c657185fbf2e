#pragma once

#include <string>
#include <vector>

#include "edmctl/output/terminal.h"

namespace edm::ctl {

using Row = std::vector<std::string>;

// Columns under their headings, each as wide as its widest cell, two spaces apart. On a terminal the last
// column is cut so that no line wraps; elsewhere nothing is cut, so that programs can read it.
std::string RenderTable(const Terminal& terminal, const Row& headings, const std::vector<Row>& rows);

// "name   value" lines with the values aligned; rows with an empty value are left out, a value of several
// lines is indented.
std::string RenderFields(const Terminal& terminal,
                         const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace edm::ctl
