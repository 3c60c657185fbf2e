#include "master/adapters/event_log/file_event_log.h"

#include <iterator>
#include <map>
#include <system_error>

namespace edm::master {
namespace {

constexpr const char* kClusterFile = "cluster";

Error TooMany(std::string object) {
  return {Code::kResourceExhausted, std::move(object), "256 watch already", {}, "close some of them"};
}

}  // namespace

Result<std::unique_ptr<FileEventLog>> FileEventLog::Open(std::filesystem::path folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error{
        Code::kInternal, folder.string(), error.message(), {}, "see that the data folder is writable"};
  EDM_TRY(auto history, ClusterHistory::Open(folder / kClusterFile));
  return std::unique_ptr<FileEventLog>(new FileEventLog(std::move(folder), std::move(history)));
}

Result<OperationLog*> FileEventLog::Use(const std::string& operation) {
  if (const auto found = by_id_.find(operation); found != by_id_.end()) {
    logs_.splice(logs_.end(), logs_, found->second);
    return &found->second->log;
  }
  EDM_TRY(auto log, OperationLog::Open(folder_ / operation));
  CloseSome();
  logs_.push_back({operation, std::move(log)});
  by_id_[operation] = std::prev(logs_.end());
  return &logs_.back().log;
}

void FileEventLog::CloseSome() {
  for (auto at = logs_.begin(); at != logs_.end() && logs_.size() >= kOpenLogsMax;) {
    if (!at->log.readers.empty() || !at->log.closers.empty()) {
      ++at;
      continue;
    }
    by_id_.erase(at->operation);
    at = logs_.erase(at);
  }
}

Status FileEventLog::Append(const std::vector<OperationNote>& notes) {
  std::map<std::string, std::vector<const OperationNote*>> sorted;
  for (const auto& note : notes) sorted[note.operation].push_back(&note);
  std::vector<Wake> woken;
  Status outcome = Ok();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [operation, own] : sorted) {
      auto log = Use(operation);
      auto appended = log.ok() ? (*log)->Append(own) : Status(log.error());
      if (!appended.ok()) {
        outcome = std::move(appended);
        continue;
      }
      (*log)->readers.TakeInto(woken);
      if ((*log)->closed()) (*log)->closers.TakeInto(woken);
    }
  }
  Call(woken);
  return outcome;
}

Result<std::vector<NumberedNote>> FileEventLog::Read(const std::string& operation, std::uint64_t cursor,
                                                     std::size_t most, const Wake& wake) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto* log, Use(operation));
  EDM_TRY(auto notes, log->Read(cursor, most));
  if (notes.empty() && wake && !log->closed()) {
    if (!log->readers.Add(wake)) return TooMany("operation " + operation);
  }
  return notes;
}

bool FileEventLog::IsClosed(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  const auto log = Use(operation);
  return log.ok() && (*log)->closed();
}

void FileEventLog::WhenClosed(const std::string& operation, const Wake& wake) {
  {
    const std::lock_guard lock(mutex_);
    const auto log = Use(operation);
    // Whoever is one too many is called at once, and finds that it has not ended.
    if (log.ok() && !(*log)->closed() && (*log)->closers.Add(wake)) return;
  }
  (*wake)();
}

std::uint32_t FileEventLog::WorkerCursor(const std::string& operation, std::uint32_t attempt) {
  const std::lock_guard lock(mutex_);
  const auto log = Use(operation);
  return log.ok() ? (*log)->WorkerCursor(attempt) : 0;
}

Result<std::vector<Step>> FileEventLog::Steps(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto* log, Use(operation));
  return log->Steps();
}

void FileEventLog::Remove(const std::string& operation) {
  std::vector<Wake> woken;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_id_.find(operation); found != by_id_.end()) {
      found->second->log.readers.TakeInto(woken);
      found->second->log.closers.TakeInto(woken);
      logs_.erase(found->second);
      by_id_.erase(found);
    }
    std::error_code ignored;
    std::filesystem::remove(folder_ / operation, ignored);
  }
  Call(woken);
}

void FileEventLog::KeepOnly(const std::function<bool(const std::string& operation)>& is_known) {
  std::vector<std::string> gone;
  std::error_code ignored;  // what cannot be removed now is tried again at the next start
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    auto name = entry.path().filename().string();
    if (name != kClusterFile && !is_known(name)) gone.push_back(std::move(name));
  }
  for (const auto& operation : gone) Remove(operation);
}

void FileEventLog::WakeAll() {
  std::vector<Wake> woken;
  {
    const std::lock_guard lock(mutex_);
    history_.readers.TakeInto(woken);
    for (auto& kept : logs_) {
      kept.log.readers.TakeInto(woken);
      kept.log.closers.TakeInto(woken);
    }
  }
  Call(woken);
}

void FileEventLog::Append(const std::vector<ClusterNote>& notes) {
  if (notes.empty()) return;
  std::vector<Wake> woken;
  {
    const std::lock_guard lock(mutex_);
    history_.Append(notes);
    history_.readers.TakeInto(woken);
  }
  Call(woken);
}

Result<std::vector<NumberedEvent>> FileEventLog::ReadCluster(std::uint64_t cursor, std::size_t most,
                                                             const Wake& wake) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto events, history_.Read(cursor, most));
  if (events.empty() && wake) {
    if (!history_.readers.Add(wake)) return TooMany("events");
  }
  return events;
}

std::uint64_t FileEventLog::NewestCluster() {
  const std::lock_guard lock(mutex_);
  return history_.newest();
}

}  // namespace edm::master
