#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "master/adapters/event_log/cluster_history.h"
#include "master/adapters/event_log/operation_log.h"
#include "master/ports/event_log.h"

namespace edm::master {

// One append-only file per operation, and one for the cluster, in a folder of their own. Not synced: a power
// cut may take the newest lines, and the operations' records in the store say the rest.
class FileEventLog final : public EventLog {
 public:
  static constexpr std::size_t kOpenLogsMax = 256;  // files kept open

  static Result<std::unique_ptr<FileEventLog>> Open(std::filesystem::path folder);

  Status Append(const std::vector<OperationNote>& notes) override;
  Result<std::vector<NumberedNote>> Read(const std::string& operation, std::uint64_t cursor, std::size_t most,
                                         const Wake& wake) override;
  bool IsClosed(const std::string& operation) override;
  void WhenClosed(const std::string& operation, const Wake& wake) override;
  std::uint32_t WorkerCursor(const std::string& operation, std::uint32_t attempt) override;
  Result<std::vector<Step>> Steps(const std::string& operation) override;
  void Remove(const std::string& operation) override;
  void KeepOnly(const std::function<bool(const std::string& operation)>& is_known) override;

  void WakeAll() override;
  void Append(const std::vector<ClusterNote>& notes) override;
  Result<std::vector<NumberedEvent>> ReadCluster(std::uint64_t cursor, std::size_t most,
                                                 const Wake& wake) override;
  std::uint64_t NewestCluster() override;

 private:
  FileEventLog(std::filesystem::path folder, ClusterHistory history)
      : folder_(std::move(folder)), history_(std::move(history)) {}
  struct Kept {
    std::string operation;
    OperationLog log;
  };
  Result<OperationLog*> Use(const std::string& operation);
  void CloseSome();

  const std::filesystem::path folder_;
  std::mutex mutex_;
  ClusterHistory history_;  // guarded by mutex_
  std::list<Kept> logs_;    // guarded by mutex_; least recently used first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_id_;  // guarded by mutex_
};

}  // namespace edm::master
