#include "master/api/git/open_pushes.h"

#include "common/base/text.h"

namespace edm::master {

OpenPushes::Held::Held(OpenPushes& all, RepoName repo)
    : all_(all), repo_{Folded(repo.owner), std::move(repo.name)} {
  const std::lock_guard lock(all_.mutex_);
  ++all_.counts_[repo_];
}

OpenPushes::Held::~Held() {
  const std::lock_guard lock(all_.mutex_);
  const auto found = all_.counts_.find(repo_);
  if (--found->second > 0) return;
  all_.counts_.erase(found);
  all_.tidy_(repo_);
}

}  // namespace edm::master
