#include "common/adapters/kv/change_log.h"

namespace edm {

void ChangeLog::Record(const std::vector<std::string>& keys, KvRevision revision) {
  if (keys.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& key : keys) last_[key] = revision;
    if (last_.size() > kKeysMax) {
      last_.clear();
      floor_ = revision;
    }
  }
  changed_.notify_all();
}

void ChangeLog::Await(const std::string& prefix, KvRevision since, Millis wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return NewerThan(prefix, since); });
}

bool ChangeLog::NewerThan(const std::string& prefix, KvRevision since) const {
  if (since < floor_) return true;
  for (auto at = last_.lower_bound(prefix); at != last_.end() && at->first.starts_with(prefix); ++at) {
    if (at->second > since) return true;
  }
  return false;
}

}  // namespace edm
