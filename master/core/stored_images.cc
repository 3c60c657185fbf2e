#include "master/core/stored_images.h"

#include <charconv>
#include <optional>
#include <set>

namespace edm::master {
namespace {

std::optional<std::uint32_t> ReleaseIn(const std::string& name) {
  constexpr std::string_view kMark = "-r";
  const auto mark = name.rfind(kMark);
  if (mark == std::string::npos || mark == 0) return std::nullopt;
  const auto* from = name.data() + mark + kMark.size();
  const auto* end = name.data() + name.size();
  std::uint32_t number = 0;
  const auto [at, error] = std::from_chars(from, end, number);
  if (error != std::errc() || at != end || number == 0) return std::nullopt;
  return number;
}

std::set<std::uint32_t> NeededOf(const State& state, const std::string& instance) {
  std::set<std::uint32_t> needed;
  for (const auto& release : ReleasesOf(state, instance)) needed.insert(release->number);
  for (const auto& record : OpenOf(state, instance)) needed.insert(record->operation.release);
  return needed;
}

}  // namespace

std::vector<std::string> UnneededImages(const State& state, const std::string& instance,
                                        const std::vector<std::string>& names) {
  const auto needed = NeededOf(state, instance);
  std::vector<std::string> unneeded;
  for (const auto& name : names) {
    const auto release = ReleaseIn(name);
    if (release && !needed.contains(*release)) unneeded.push_back(name);
  }
  return unneeded;
}

std::vector<std::string> LostReleases(const State& before, const State& now) {
  std::set<std::string> lost;
  for (const auto& [key, release] : before.releases.all()) {
    if (now.releases.Find(key) == nullptr) lost.insert(release->instance);
  }
  return {lost.begin(), lost.end()};
}

}  // namespace edm::master
