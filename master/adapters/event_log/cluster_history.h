#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "master/adapters/event_log/record_file.h"
#include "master/adapters/event_log/wake_list.h"
#include "master/ports/event_log.h"

namespace edm::master {

// The newest events of the cluster, in memory and on the disk. Cursors grow over restarts; what was decided
// in the last moment before a kill may be missing, but no cursor is given twice. One thread at a time.
class ClusterHistory {
 public:
  static Result<ClusterHistory> Open(std::filesystem::path path);

  void Append(const std::vector<ClusterNote>& notes);
  Result<std::vector<NumberedEvent>> Read(std::uint64_t cursor, std::size_t most) const;
  std::uint64_t newest() const { return newest_; }

  WakeList readers;

 private:
  Status Compact();

  std::filesystem::path path_;
  std::optional<RecordFile> file_;
  std::deque<NumberedEvent> events_;
  std::uint64_t newest_ = 0;
};

}  // namespace edm::master
