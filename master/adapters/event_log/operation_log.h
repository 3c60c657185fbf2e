#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/adapters/event_log/record_file.h"
#include "master/adapters/event_log/wake_list.h"
#include "master/ports/event_log.h"

namespace edm::master {

// The event log of one operation, open. Its file is made by the first line: asking for an operation that is
// not there leaves nothing. Lines of build output beyond kOutputBytesMax are left out, which one warning
// says. One thread at a time.
class OperationLog {
 public:
  static constexpr std::uint64_t kOutputBytesMax = 32 << 20;

  static Result<OperationLog> Open(const std::filesystem::path& path);

  Status Append(const std::vector<const OperationNote*>& notes);
  Result<std::vector<NumberedNote>> Read(std::uint64_t cursor, std::size_t most) const;

  bool closed() const { return closed_; }
  std::uint32_t WorkerCursor(std::uint32_t attempt) const { return attempt == attempt_ ? worker_cursor_ : 0; }
  std::vector<Step> Steps() const;

  WakeList readers;  // called once after the next Append
  WakeList closers;  // called once it is closed

 private:
  explicit OperationLog(std::filesystem::path path) : path_(std::move(path)) {}
  Status OpenFile();
  void Learn(const OperationNote& note);
  bool IsKnown(const OperationNote& note) const;

  std::filesystem::path path_;
  std::optional<RecordFile> file_;
  std::uint32_t attempt_ = 0;  // of the newest worker line
  std::uint32_t worker_cursor_ = 0;
  bool closed_ = false;
  bool warned_ = false;
  std::map<std::string, Step> steps_;
};

}  // namespace edm::master
