#include "worker/adapters/events/event_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/text.h"
#include "common/rpc/mapping/attempt.h"

namespace edm::worker {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::uint32_t kRecordBytesMax = 4 * 1024 * 1024;

// False at the end, or where the file is cut off.
bool ReadAt(int fd, std::uint64_t offset, void* into, std::size_t size) {
  auto* to = static_cast<char*>(into);
  while (size > 0) {
    const auto got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// The record at `offset`, which moves behind it.
bool ReadRecord(int fd, std::uint64_t& offset, v1::AttemptEvent& event) {
  std::uint32_t length = 0;
  if (!ReadAt(fd, offset, &length, kLengthBytes) || length > kRecordBytesMax) return false;
  std::string bytes(length, '\0');
  if (!ReadAt(fd, offset + kLengthBytes, bytes.data(), length) || !event.ParseFromString(bytes)) return false;
  offset += kLengthBytes + length;
  return true;
}

}  // namespace

void EventFile::Load(Absent absent) {
  const int made = absent == Absent::kIsMade ? O_CREAT : 0;
  if (!fd_.valid()) fd_ = UniqueFd(::open(path_.c_str(), O_RDWR | made | O_CLOEXEC, 0600));
  if (!fd_.valid() && absent == Absent::kStays && errno == ENOENT) return;
  if (!fd_.valid()) is_broken_ = true;
  if (loaded_ || is_broken_) return;
  loaded_ = true;
  v1::AttemptEvent event;
  for (std::uint64_t offset = 0; ReadRecord(fd_.get(), offset, event); size_bytes_ = offset) {
    if (events_++ % kIndexStride == 0) index_.push_back(size_bytes_);
    has_ended_ = has_ended_ || event.has_end();
    if (event.has_log()) log_bytes_ += event.log().text().size();
  }
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_bytes_)) != 0) is_broken_ = true;
}

void EventFile::Append(AttemptEvent event) {
  Load(Absent::kIsMade);
  if (const auto* line = std::get_if<BuildLine>(&event.what)) {
    if (is_broken_ || log_bytes_ + line->text.size() > log_bytes_max_) {
      ++lines_left_out_;
      return;
    }
    log_bytes_ += line->text.size();
  } else if (lines_left_out_ > 0) {
    Add({.time = event.time, .what = Warning{Counted(lines_left_out_, "line") + " of output left out"}});
    lines_left_out_ = 0;
  }
  has_ended_ = has_ended_ || std::holds_alternative<AttemptEnd>(event.what);
  Add(std::move(event));
  CloseIfEnded();
}

void EventFile::CloseIfEnded() {
  if (has_ended_) fd_.Reset();
}

void EventFile::Add(AttemptEvent event) {
  event.cursor = events_ + static_cast<std::uint32_t>(unwritten_.size()) + 1;
  const auto bytes = rpc::ToProto(event).SerializeAsString();
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::string record(kLengthBytes, '\0');
  std::memcpy(record.data(), &length, kLengthBytes);
  record += bytes;
  if (is_broken_ || !Write(record)) {
    unwritten_.push_back(std::move(event));
    return;
  }
  if (events_++ % kIndexStride == 0) index_.push_back(size_bytes_);
  size_bytes_ += record.size();
}

// Should it fail, readers have their events all the same: nothing better is to be had from this disk.
void EventFile::WriteBack() {
  if (is_written_back_ || !fd_.valid()) return;
  is_written_back_ = ::fdatasync(fd_.get()) == 0;
}

bool EventFile::Write(const std::string& record) {
  is_written_back_ = false;
  std::size_t done = 0;
  while (done < record.size()) {
    const auto put = ::pwrite(fd_.get(), record.data() + done, record.size() - done,
                              static_cast<off_t>(size_bytes_ + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      is_broken_ = true;
      return false;
    }
    done += static_cast<std::size_t>(put);
  }
  return true;
}

Result<std::vector<AttemptEvent>> EventFile::Read(std::uint32_t after, std::size_t events_max) {
  Load(Absent::kStays);
  WriteBack();
  std::vector<AttemptEvent> read;
  if (after < events_) EDM_CHECK(ReadFile(after, events_max, read));
  CloseIfEnded();
  for (std::size_t i = after > events_ ? after - events_ : 0; i < unwritten_.size(); ++i) {
    if (read.size() >= events_max) break;
    read.push_back(unwritten_[i]);
  }
  return read;
}

Status EventFile::ReadFile(std::uint32_t after, std::size_t events_max, std::vector<AttemptEvent>& into) {
  auto cursor = after / kIndexStride * kIndexStride;
  auto offset = index_[cursor / kIndexStride];
  v1::AttemptEvent event;
  for (; cursor < events_ && into.size() < events_max; ++cursor) {
    if (!ReadRecord(fd_.get(), offset, event)) {
      return Error{Code::kDataLoss,
                   path_,
                   "event " + std::to_string(cursor + 1) + " cannot be read",
                   {},
                   "look at the disk"};
    }
    if (cursor >= after) into.push_back(rpc::FromProto(event));
  }
  return Ok();
}

void EventFile::Remove() { ::unlink(path_.c_str()); }

}  // namespace edm::worker
