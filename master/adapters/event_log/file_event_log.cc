#include "master/adapters/event_log/file_event_log.h"

#include <system_error>

namespace edm::master {

Result<std::unique_ptr<FileEventLog>> FileEventLog::Open(std::filesystem::path folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{Code::kInternal, folder.string(), error.message(), {}, "see that the data folder is writable"};
  EDM_TRY(auto history, ClusterHistory::Open(folder / "cluster"));
  return std::unique_ptr<FileEventLog>(new FileEventLog(std::move(folder), std::move(history)));
}

Result<OperationLog*> FileEventLog::Use(const std::string& operation) {
  used_.remove(operation);
  used_.push_back(operation);
  const auto found = logs_.find(operation);
  if (found != logs_.end()) return found->second.get();
  EDM_TRY(auto log, OperationLog::Open(folder_ / operation));
  CloseSome();
  auto& kept = logs_[operation];
  kept = std::make_unique<OperationLog>(std::move(log));
  return kept.get();
}

void FileEventLog::CloseSome() {
  for (auto at = used_.begin(); at != used_.end() && logs_.size() >= kOpenLogsMax;) {
    const auto found = logs_.find(*at);
    if (found == logs_.end() || !found->second->waiters.empty()) {
      ++at;
      continue;
    }
    logs_.erase(found);
    at = used_.erase(at);
  }
}

Status FileEventLog::Append(const std::vector<OperationNote>& notes) {
  std::map<std::string, std::vector<const OperationNote*>> sorted;
  for (const auto& note : notes) sorted[note.operation].push_back(&note);
  std::vector<std::function<void()>> wake;
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
      for (auto& waiter : (*log)->waiters) wake.push_back(std::move(waiter));
      (*log)->waiters.clear();
    }
  }
  for (const auto& one : wake) one();
  return outcome;
}

Result<std::vector<NumberedNote>> FileEventLog::Read(const std::string& operation, std::uint64_t cursor,
                                                     std::size_t most, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto* log, Use(operation));
  EDM_TRY(auto notes, log->Read(cursor, most));
  if (notes.empty() && wake && !log->closed()) {
    if (log->waiters.size() >= OperationLog::kWaitersMax) {
      return Error{Code::kResourceExhausted, "operation " + operation, "256 watch it already", {}, "close some"};
    }
    log->waiters.push_back(std::move(wake));
  }
  return notes;
}

bool FileEventLog::IsClosed(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  const auto log = Use(operation);
  return log.ok() && (*log)->closed();
}

Result<std::vector<Step>> FileEventLog::Steps(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto* log, Use(operation));
  return log->Steps();
}

void FileEventLog::Remove(const std::string& operation) {
  std::vector<std::function<void()>> wake;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = logs_.find(operation); found != logs_.end()) {
      wake = std::move(found->second->waiters);
      logs_.erase(found);
    }
    used_.remove(operation);
    std::error_code ignored;
    std::filesystem::remove(folder_ / operation, ignored);
  }
  for (const auto& one : wake) one();
}

void FileEventLog::Append(const std::vector<ClusterNote>& notes) {
  if (notes.empty()) return;
  std::vector<std::function<void()>> wake;
  {
    const std::lock_guard lock(mutex_);
    history_.Append(notes);
    wake.swap(history_.waiters);
  }
  for (const auto& one : wake) one();
}

Result<std::vector<NumberedEvent>> FileEventLog::ReadCluster(std::uint64_t cursor, std::size_t most,
                                                             std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto events, history_.Read(cursor, most));
  if (events.empty() && wake) {
    if (history_.waiters.size() >= OperationLog::kWaitersMax) {
      return Error{Code::kResourceExhausted, "events", "256 watch them already", {}, "close some"};
    }
    history_.waiters.push_back(std::move(wake));
  }
  return events;
}

std::uint64_t FileEventLog::NewestCluster() {
  const std::lock_guard lock(mutex_);
  return history_.newest();
}

}  // namespace edm::master
