#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/unique_fd.h"

namespace edm::master {

// Records one after the other in a file, each whole or not there: a torn one at the end, left by a crash, is
// cut off when the file is opened. Survives a kill of this process at any moment (not a power cut: see the
// callers). One thread at a time.
class RecordFile {
 public:
  // `on_record` gets each that is there.
  static Result<RecordFile> Open(const std::filesystem::path& path,
                                 const std::function<void(std::string_view)>& on_record);

  Status Append(const std::vector<std::string>& records);
  Result<std::string> Read(std::uint64_t index) const;  // from 0

  std::uint64_t count() const { return offsets_.size(); }
  std::uint64_t bytes() const { return end_; }

 private:
  explicit RecordFile(UniqueFd fd) : fd_(std::move(fd)) {}
  Status Scan(const std::filesystem::path& path, const std::function<void(std::string_view)>& on_record);

  UniqueFd fd_;
  std::vector<std::uint64_t> offsets_;  // of each record's head
  std::uint64_t end_ = 0;
};

}  // namespace edm::master
