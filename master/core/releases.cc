#include "master/core/releases.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace edm::master {
namespace {

Error NothingBuilt(const std::string& instance) {
  return {Code::kFailedPrecondition,
          "instance " + instance,
          "no release of it was built yet",
          {},
          "edmctl deploy, or give it a source and build it"};
}

}  // namespace

std::string HolderOf(const State& state, const std::string& instance) {
  const auto releases = ReleasesOf(state, instance);
  return releases.empty() ? "" : releases.back()->worker;
}

Result<std::uint32_t> ReleaseToStart(const State& state, const InstanceRecord& record) {
  const auto releases = ReleasesOf(state, record.instance.id);
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
  const auto cause = wanted == 0 ? std::string("no good release is older than what runs")
                                 : fmt::format("release {} is not kept", wanted);
  return Error{Code::kFailedPrecondition,
               "instance " + record.instance.id,
               cause,
               {},
               "kept releases: " + Join(kept, ", ")};
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

std::vector<std::uint32_t> KeptReleases(const State& state, const std::string& instance) {
  std::vector<std::uint32_t> kept;
  for (const auto& release : ReleasesOf(state, instance)) kept.push_back(release->number);
  return kept;
}

void RecordRelease(Draft& draft, Release release) {
  const auto instance = release.instance;
  draft.Put(std::move(release));
  const auto record = draft.state().instances.Find(instance);
  const auto releases = ReleasesOf(draft.state(), instance);
  std::uint32_t last_good = 0;
  for (const auto& one : releases) {
    if (one->good) last_good = one->number;
  }
  auto surplus =
      releases.size() - std::min<std::size_t>(releases.size(), draft.state().settings.releases_kept);
  for (const auto& one : releases) {
    if (surplus == 0) break;
    if (one->number == last_good || (record && one->number == record->instance.status.release)) continue;
    draft.RemoveRelease(instance, one->number);
    if (record) draft.Do(DropCommit{record->instance.owner, instance, one->number});
    --surplus;
  }
}

}  // namespace edm::master
