#include "master/core/stored_images.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "common/model/member_name.h"
#include "master/core/members.h"

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

void AddNeeded(const State& state, const std::string& instance, std::set<std::uint32_t>& needed) {
  for (const auto& release : ReleasesOf(state, instance)) needed.insert(release->number);
  for (const auto& record : OpenOf(state, instance)) needed.insert(record->operation.release);
}

std::set<std::uint32_t> NeededOf(const State& state, const std::string& instance) {
  std::set<std::uint32_t> needed;
  AddNeeded(state, instance, needed);
  for (const auto& member : MembersOf(state, instance)) AddNeeded(state, member->instance.id, needed);
  return needed;
}

bool AreStored(const std::vector<ReleaseImage>& images) {
  return !images.empty() && std::ranges::none_of(images, [](const auto& one) { return one.digest.empty(); });
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
    if (now.releases.Find(key) == nullptr) lost.insert(SetOf(release->instance));
  }
  return {lost.begin(), lost.end()};
}

std::shared_ptr<const Release> StoredBySibling(const State& state, const std::string& member,
                                               std::uint32_t number, const std::string& commit) {
  if (!IsMember(member)) return nullptr;
  for (const auto& sibling : MembersOf(state, SetOf(member))) {
    auto release = state.releases.Find(ReleaseKey(sibling->instance.id, number));
    const bool is_same = release && sibling->instance.id != member && release->source.commit == commit;
    if (is_same && AreStored(release->images)) return release;
  }
  return nullptr;
}

}  // namespace edm::master
