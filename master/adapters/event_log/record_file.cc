#include "master/adapters/event_log/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "master/ports/full_disk.h"

namespace edm::master {
namespace {

constexpr std::size_t kHeadBytes = 4;               // the length, little endian
constexpr std::uint32_t kRecordBytesMax = 1 << 20;  // larger: the file is damaged

Error Failed(std::string object, int error) {
  if (error == ENOSPC || error == EDQUOT) return FullDisk(object);
  return {
      Code::kInternal, std::move(object), std::strerror(error), {}, "see that the data folder is writable"};
}

void AppendHead(std::string& into, std::uint32_t length) {
  for (std::size_t i = 0; i < kHeadBytes; ++i) into.push_back(static_cast<char>((length >> (8 * i)) & 0xff));
}

std::uint32_t HeadAt(const char* at) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < kHeadBytes; ++i)
    length |= std::uint32_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return length;
}

Status ReadExactly(int fd, char* into, std::size_t count, std::uint64_t offset) {
  while (count > 0) {
    const auto got = ::pread(fd, into, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Failed("event log", got == 0 ? EIO : errno);
    into += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
  return Ok();
}

}  // namespace

Result<RecordFile> RecordFile::Open(const std::filesystem::path& path,
                                    const std::function<void(std::string_view)>& on_record) {
  RecordFile file(UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)));
  if (!file.fd_.valid()) return Failed(path.string(), errno);
  EDM_CHECK(file.Scan(path, on_record));
  return file;
}

Status RecordFile::Scan(const std::filesystem::path& path,
                        const std::function<void(std::string_view)>& on_record) {
  struct stat facts {};
  if (::fstat(fd_.get(), &facts) != 0) return Failed(path.string(), errno);
  std::string all(static_cast<std::size_t>(facts.st_size), '\0');
  EDM_CHECK(ReadExactly(fd_.get(), all.data(), all.size(), 0));
  while (end_ + kHeadBytes <= all.size()) {
    const auto length = HeadAt(all.data() + end_);
    if (length > kRecordBytesMax || end_ + kHeadBytes + length > all.size()) break;
    offsets_.push_back(end_);
    on_record(std::string_view(all).substr(end_ + kHeadBytes, length));
    end_ += kHeadBytes + length;
  }
  if (end_ != all.size() && ::ftruncate(fd_.get(), static_cast<off_t>(end_)) != 0)
    return Failed(path.string(), errno);
  return Ok();
}

Status RecordFile::Append(const std::vector<std::string>& records) {
  std::string block;
  std::vector<std::uint64_t> offsets;
  for (const auto& record : records) {
    offsets.push_back(end_ + block.size());
    AppendHead(block, static_cast<std::uint32_t>(record.size()));
    block += record;
  }
  std::size_t done = 0;
  while (done < block.size()) {
    const auto wrote =
        ::pwrite(fd_.get(), block.data() + done, block.size() - done, static_cast<off_t>(end_ + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed("event log", errno);
    done += static_cast<std::size_t>(wrote);
  }
  end_ += block.size();
  offsets_.insert(offsets_.end(), offsets.begin(), offsets.end());
  return Ok();
}

Result<std::string> RecordFile::Read(std::uint64_t index) const {
  EDM_ASSERT(index < offsets_.size());
  const auto from = offsets_[index] + kHeadBytes;
  const auto to = index + 1 < offsets_.size() ? offsets_[index + 1] : end_;
  std::string record(to - from, '\0');
  EDM_CHECK(ReadExactly(fd_.get(), record.data(), record.size(), from));
  return record;
}

}  // namespace edm::master
