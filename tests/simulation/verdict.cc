#include "tests/simulation/verdict.h"

#include <fmt/format.h>

namespace edm::simulation {

void Verdict::Print(const char* who, const std::string& text) const {
  fmt::print("{:>9.3f} {:<10} {}\n", static_cast<double>(agenda_.now().count()) / 1000, who, text);
}

}  // namespace edm::simulation
