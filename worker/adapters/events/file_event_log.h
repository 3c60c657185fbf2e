#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "worker/adapters/events/event_file.h"
#include "worker/ports/event_log.h"

namespace edm::worker {

// A file per attempt in one folder: "<instance>.<attempt>".
class FileEventLog final : public EventLog {
 public:
  // Makes the folder.
  static Result<std::unique_ptr<FileEventLog>> Open(const std::string& folder,
                                                    std::size_t log_bytes_max = kLogBytesMax);

  void Append(const AttemptKey& key, const AttemptEvent& event) override;
  Result<std::vector<AttemptEvent>> Read(const AttemptKey& key, std::uint32_t after,
                                         std::size_t events_max) override;
  std::unique_ptr<Subscription> Follow(const AttemptKey& key, std::function<void()> on_event) override;
  void Drop(const AttemptKey& key) override;
  void KeepOnly(const std::set<AttemptKey>& known) override;

 private:
  struct Followers;
  class Following;

  FileEventLog(std::string folder, std::size_t log_bytes_max);
  std::string PathOf(const AttemptKey& key) const;
  EventFile& FileOf(const AttemptKey& key);

  const std::string folder_;
  const std::size_t log_bytes_max_;
  std::mutex mutex_;
  std::map<AttemptKey, EventFile> files_;  // guarded by mutex_
  const std::shared_ptr<Followers> followers_;
};

}  // namespace edm::worker
