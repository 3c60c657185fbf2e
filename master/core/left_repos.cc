#include "master/core/left_repos.h"

#include <utility>

#include "common/base/backoff.h"
#include "common/model/epoch.h"
#include "master/core/open_delete.h"
#include "master/core/recent.h"

namespace edm::master {
namespace {

constexpr Backoff kRepoRetry{.first = kRepoRetryFirst, .most = kRepoRetryMost};

}  // namespace

void OnReposLeft(Draft& draft, const ReposLeft& report) {
  auto& watch = draft.watch();
  if (report.instances.empty()) {
    watch.repo_tries = 0;
    return;
  }
  // Of more, the next master's start finds those that are lately gone.
  for (const auto& instance : report.instances) {
    if (watch.left_repos.size() < kDeletedKnownMax) watch.left_repos.insert(instance);
  }
  watch.next_repo_try = draft.now().steady + kRepoRetry.After(++watch.repo_tries);
}

void RemoveLeftRepos(Draft& draft) {
  auto& watch = draft.watch();
  if (watch.left_repos.empty() || draft.now().steady < watch.next_repo_try) return;
  RemoveRepos gone;
  for (const auto& instance : std::exchange(watch.left_repos, {})) {
    if (MayHaveRepo(draft.state(), instance)) {
      draft.Do(KeepCommits{draft.state().instances.Find(instance)->instance.owner, instance});
    } else {
      gone.instances.insert(instance);
    }
  }
  if (!gone.instances.empty()) draft.Do(std::move(gone));
}

void RemoveReposAgain(Draft& draft) {
  // To a master that was restored "gone" may be only what it does not remember.
  if (draft.state().epoch > kEpochLeap) return;
  std::set<std::string> gone;
  for (const auto& record : RecentOperations(draft.state(), draft.now().wall)) {
    const auto& instance = record->operation.instance;
    if (!instance.empty() && draft.state().instances.Find(instance) == nullptr) gone.insert(instance);
  }
  if (!gone.empty()) draft.Do(RemoveRepos{std::move(gone)});
}

}  // namespace edm::master
