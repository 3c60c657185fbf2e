#include "master/model/state.h"

#include <fmt/format.h>

namespace edm::master {

std::string ReleaseKey(const std::string& instance, std::uint32_t number) {
  return fmt::format("{}/{:010}", instance, number);
}

namespace {

std::vector<std::shared_ptr<const OperationRecord>> RecordsOf(const State& state,
                                                              const std::vector<std::string>& ids) {
  std::vector<std::shared_ptr<const OperationRecord>> records;
  records.reserve(ids.size());
  for (const auto& id : ids) {
    if (auto record = state.operations.Find(id)) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

State State::Share() {
  State copy;
  copy.instances = instances.Share();
  copy.operations = operations.Share();
  copy.releases = releases.Share();
  copy.workers = workers.Share();
  copy.tokens = tokens.Share();
  copy.requests = requests.Share();
  copy.open = open.Share();
  copy.epoch = epoch;
  copy.started = started;
  copy.last_look = last_look;
  copy.wall_trusted_from = wall_trusted_from;
  copy.settings = settings;
  return copy;
}

std::vector<std::shared_ptr<const OperationRecord>> OpenRecords(const State& state) {
  return RecordsOf(state, state.open.ids());
}

std::vector<std::shared_ptr<const OperationRecord>> OpenOf(const State& state, std::string_view instance) {
  return RecordsOf(state, state.open.OfInstance(instance));
}

std::vector<std::shared_ptr<const Release>> ReleasesOf(const State& state, const std::string& instance) {
  std::vector<std::shared_ptr<const Release>> found;
  const auto prefix = instance + "/";
  const auto& all = state.releases.all();
  for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at) {
    found.push_back(at->second);
  }
  return found;
}

}  // namespace edm::master
