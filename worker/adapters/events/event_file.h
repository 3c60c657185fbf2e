#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/model/order.h"

namespace edm::worker {

// The history of one attempt: length and protobuf, record after record, in one file. What a crash cut off in
// the middle is cut off for good when the file is opened. Not thread-safe.
class EventFile {
 public:
  EventFile(std::string path, std::size_t log_bytes_max)
      : path_(std::move(path)), log_bytes_max_(log_bytes_max) {}

  // Sets the event's cursor. What the disk does not take stays in memory, build output excepted.
  void Append(AttemptEvent event);
  // What is given away is on the disk: a power cut must not take it, for its cursor would be another's then.
  Result<std::vector<AttemptEvent>> Read(std::uint32_t after, std::size_t events_max);
  void Remove();

 private:
  static constexpr std::uint32_t kIndexStride = 64;

  enum class Absent : bool { kStays, kIsMade };
  // Opens the file, and reads what is there already, once. One that is not there is made to write to it only.
  void Load(Absent absent);
  void CloseIfEnded();
  void WriteBack();
  void Add(AttemptEvent event);
  bool Write(const std::string& record);
  Status ReadFile(std::uint32_t after, std::size_t events_max, std::vector<AttemptEvent>& into);

  const std::string path_;
  const std::size_t log_bytes_max_;  // of build output
  bool loaded_ = false;
  bool has_ended_ = false;  // then the file is open only while it is read
  bool is_broken_ = false;  // a write failed: from now on in memory
  bool is_written_back_ = true;
  UniqueFd fd_;
  std::uint64_t size_bytes_ = 0;
  std::uint32_t events_ = 0;          // in the file
  std::vector<std::uint64_t> index_;  // where every kIndexStride-th event begins
  std::vector<AttemptEvent> unwritten_;
  std::size_t log_bytes_ = 0;
  std::uint32_t lines_left_out_ = 0;
};

}  // namespace edm::worker
