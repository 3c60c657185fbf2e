#include "master/core/releases.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "common/model/epoch.h"
#include "common/model/member_name.h"
#include "master/core/not_as_it_is.h"

namespace edm::master {
namespace {

Error NothingBuilt(const std::string& instance) {
  return NotAsItIs(instance, "no release of it was built yet",
                   "edmctl deploy, or give it a source and build it");
}

std::vector<std::uint32_t> NumbersOf(const State& state, const std::string& instance) {
  std::vector<std::uint32_t> numbers;
  for (const auto& release : ReleasesOf(state, instance)) numbers.push_back(release->number);
  return numbers;
}

// Those that are more than are kept, oldest first; never what runs or the last good one.
std::vector<std::uint32_t> Surplus(const State& state, const InstanceRecord& record) {
  std::uint32_t last_good = 0;
  for (const auto& one : ReleasesOf(state, record.instance.id)) {
    if (one->good) last_good = one->number;
  }
  const auto numbers = NumbersOf(state, record.instance.id);
  auto left = numbers.size() - std::min<std::size_t>(numbers.size(), state.settings.releases_kept);
  std::vector<std::uint32_t> surplus;
  for (const auto number : numbers) {
    if (left == 0) break;
    if (number == last_good || number == record.instance.status.release) continue;
    surplus.push_back(number);
    --left;
  }
  return surplus;
}

}  // namespace

Result<std::uint32_t> ReleaseToStart(const State& state, const InstanceRecord& record) {
  const auto releases = ReleasesOf(state, record.instance.id);
  const auto set = IsMember(record.instance.id) ? state.instances.Find(SetOf(record.instance.id)) : nullptr;
  // A member that was never built has what its set has.
  if (releases.empty() && set != nullptr) return ReleaseToStart(state, *set);
  if (releases.empty()) return NothingBuilt(record.instance.id);
  const auto newest = releases.back()->number;
  if (newest > record.tried_release) return newest;
  const auto last = record.instance.status.release;
  if (last != 0 && state.releases.Find(ReleaseKey(record.instance.id, last)) != nullptr) return last;
  return newest;
}

Result<std::uint32_t> ReleaseToRollBackTo(const State& state, const InstanceRecord& record,
                                          std::uint32_t wanted) {
  const auto releases = ReleasesOf(state, record.instance.id);
  if (releases.empty()) return NothingBuilt(record.instance.id);
  std::vector<std::string> kept;
  std::uint32_t before = 0;
  for (const auto& release : releases) {
    if (wanted != 0 && release->number == wanted) return wanted;
    if (release->good && release->number < record.instance.status.release) before = release->number;
    kept.push_back(std::to_string(release->number));
  }
  if (wanted == 0 && before != 0) return before;
  const auto hint = "kept releases: " + Join(kept, ", ");
  if (wanted != 0) {
    return Error{Code::kNotFound,
                 fmt::format("release {} of instance {}", wanted, record.instance.id),
                 "it is not kept",
                 {},
                 hint};
  }
  return NotAsItIs(record.instance.id, "no good release is older than what runs", hint);
}

std::uint32_t GoodReleaseBeside(const State& state, const InstanceRecord& record, std::uint32_t started) {
  const auto runs = record.instance.status.release;
  std::uint32_t newest = 0;
  for (const auto& release : ReleasesOf(state, record.instance.id)) {
    if (!release->good || release->number == started) continue;
    if (release->number == runs) return runs;
    newest = release->number;
  }
  return newest;
}

std::vector<std::uint32_t> KeptReleases(const State& state, const InstanceRecord& record) {
  auto kept = NumbersOf(state, record.instance.id);
  for (const auto number : Surplus(state, record)) std::erase(kept, number);
  return kept;
}

std::map<std::string, std::vector<std::uint32_t>> SettledReleases(const State& state,
                                                                  const std::vector<std::string>& instances) {
  std::map<std::string, std::vector<std::uint32_t>> settled;
  // A restored state never heard of what was built after its backup.
  if (state.epoch > kEpochLeap) return settled;
  for (const auto& instance : instances) {
    if (state.instances.Find(instance) != nullptr && state.open.OfInstance(instance).empty())
      settled[instance] = NumbersOf(state, instance);
  }
  return settled;
}

// One number and one commit for all members; images and workers are theirs.
void RecordForSet(Draft& draft, Release release) {
  const auto set = draft.state().instances.Find(SetOf(release.instance));
  if (set == nullptr || draft.state().releases.Find(ReleaseKey(set->instance.id, release.number)) != nullptr)
    return;
  auto changed = *set;
  auto& newest = changed.instance.status.newest_release;
  newest = std::max(newest, release.number);
  release.instance = set->instance.id;
  if (const auto part = draft.state().operations.Find(release.operation);
      part && !part->operation.part_of.empty())
    release.operation = part->operation.part_of;
  release.worker.clear();
  release.images.clear();
  draft.PutStatus(std::move(changed));
  RecordRelease(draft, std::move(release));
}

void RecordRelease(Draft& draft, Release release) {
  const auto instance = release.instance;
  if (IsMember(instance)) RecordForSet(draft, release);
  draft.Put(std::move(release));
  const auto record = draft.state().instances.Find(instance);
  if (record) {
    for (const auto number : Surplus(draft.state(), *record)) draft.RemoveRelease(instance, number);
    draft.Do(KeepCommits{record->instance.owner, SetOf(instance)});
  }
}

}  // namespace edm::master
