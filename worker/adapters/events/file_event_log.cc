#include "worker/adapters/events/file_event_log.h"

#include <filesystem>

namespace edm::worker {

struct FileEventLog::Followers {
  std::mutex mutex;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, std::pair<AttemptKey, std::function<void()>>> by_id;  // guarded by mutex
};

class FileEventLog::Following final : public Subscription {
 public:
  Following(std::shared_ptr<Followers> followers, std::uint64_t id)
      : followers_(std::move(followers)), id_(id) {}
  ~Following() override {
    const std::lock_guard lock(followers_->mutex);
    followers_->by_id.erase(id_);
  }

 private:
  const std::shared_ptr<Followers> followers_;
  const std::uint64_t id_;
};

FileEventLog::FileEventLog(std::string folder, std::size_t log_bytes_max)
    : folder_(std::move(folder)), log_bytes_max_(log_bytes_max), followers_(std::make_shared<Followers>()) {}

Result<std::unique_ptr<FileEventLog>> FileEventLog::Open(const std::string& folder,
                                                         std::size_t log_bytes_max) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return Error{
        Code::kInternal, folder, failed.message(), {}, "make the data folder writable for this user"};
  }
  return std::unique_ptr<FileEventLog>(new FileEventLog(folder, log_bytes_max));
}

std::string FileEventLog::PathOf(const AttemptKey& key) const {
  return folder_ + "/" + key.instance + "." + std::to_string(key.attempt);
}

EventFile& FileEventLog::FileOf(const AttemptKey& key) {
  return files_.try_emplace(key, PathOf(key), log_bytes_max_).first->second;
}

void FileEventLog::Append(const AttemptKey& key, const AttemptEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    FileOf(key).Append(event);
  }
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(followers_->mutex);
    for (const auto& [id, follower] : followers_->by_id) {
      if (follower.first == key) callbacks.push_back(follower.second);
    }
  }
  for (const auto& callback : callbacks) callback();
}

Result<std::vector<AttemptEvent>> FileEventLog::Read(const AttemptKey& key, std::uint32_t after,
                                                     std::size_t events_max) {
  const std::lock_guard lock(mutex_);
  return FileOf(key).Read(after, events_max);
}

std::unique_ptr<EventLog::Subscription> FileEventLog::Follow(const AttemptKey& key,
                                                             std::function<void()> on_event) {
  const std::lock_guard lock(followers_->mutex);
  const auto id = ++followers_->last_id;
  followers_->by_id[id] = {key, std::move(on_event)};
  return std::make_unique<Following>(followers_, id);
}

void FileEventLog::Drop(const AttemptKey& key) {
  const std::lock_guard lock(mutex_);
  FileOf(key).Remove();
  files_.erase(key);
}

void FileEventLog::KeepOnly(const std::set<AttemptKey>& known) {
  std::set<std::filesystem::path> kept;
  for (const auto& key : known) kept.insert(PathOf(key));
  std::vector<std::filesystem::path> gone;
  std::error_code ignored;  // what cannot be removed now is tried again at the next start
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    if (!kept.contains(entry.path())) gone.push_back(entry.path());
  }
  for (const auto& path : gone) std::filesystem::remove(path, ignored);
}

}  // namespace edm::worker
