#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace edm::ctl {

// What the output is to be, from tests/golden.
inline std::string Golden(const std::string& name) {
  std::ifstream file(std::string(EDM_GOLDEN) + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace edm::ctl
