#pragma once

#include <string_view>

namespace edm::ctl {

// Writes all of it at once. When nobody reads any more (`| head`), the program ends quietly with 0.
void WriteStandard(int file, std::string_view text);

}  // namespace edm::ctl
