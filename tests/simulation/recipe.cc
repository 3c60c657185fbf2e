#include "tests/simulation/recipe.h"

namespace edm::simulation {
namespace {

std::uint32_t NumberOf(const std::string& instance) {
  std::uint32_t sum = 0;
  for (const char letter : instance) sum = sum * 31 + static_cast<unsigned char>(letter);
  return sum;
}

}  // namespace

std::string MakeCommit(Dice& dice) {
  std::string commit;
  while (commit.size() < kCommitDigits) commit += "0123456789abcdef"[dice.Below(16)];
  commit[0] = dice.Hits(0.5) ? '1' : '0';
  commit[1] = dice.Hits(0.2) ? static_cast<char>('0' + dice.Below(3)) : 'f';
  commit.back() = dice.Hits(0.12) ? "dbe"[dice.Below(3)] : '0';
  return commit;
}

bool HasVolume(const std::string& commit) { return commit.starts_with('1'); }

std::optional<std::uint16_t> FixedPortOf(const std::string& commit) {
  if (commit[1] < '0' || commit[1] > '2') return std::nullopt;
  return static_cast<std::uint16_t>(8080 + (commit[1] - '0'));
}

bool IsRefused(const std::string& commit) { return commit.ends_with('d'); }
bool FailsToBuild(const std::string& commit) { return commit.ends_with('b'); }
bool NeverReady(const std::string& commit) { return commit.ends_with('e'); }

bool IsSingleton(const std::string& instance) { return NumberOf(instance) % 3 == 0; }

std::uint32_t MemoryOf(const std::string& instance) { return 128 * (1 + NumberOf(instance) % 4); }

}  // namespace edm::simulation
