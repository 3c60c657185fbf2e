#include "master/adapters/intake/byte_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/text.h"

namespace edm::master {
namespace {

class FileSource final : public ByteSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}

  Result<std::size_t> Read(std::span<char> into) override {
    for (;;) {
      const auto count = ::pread(fd_, into.data(), into.size(), offset_);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return Error{Code::kInternal,
                     "upload",
                     fmt::format("cannot be read back: {}", std::strerror(errno)),
                     {},
                     "look at the disk of the master"};
      }
      offset_ += count;
      return static_cast<std::size_t>(count);
    }
  }

 private:
  const int fd_;
  off_t offset_ = 0;
};

class RatioSource final : public ByteSource {
 public:
  RatioSource(std::unique_ptr<ByteSource> source, std::uint64_t packed_bytes, const IntakeLimits& limits)
      : source_(std::move(source)),
        ratio_bytes_(std::max(limits.ratio_free_bytes, packed_bytes * limits.ratio_max)),
        // Headers and padding come on top of the files: 3 blocks of 512 bytes and a name for each entry.
        total_bytes_(limits.unpacked_bytes_max + std::uint64_t{limits.entries_max} * 4096),
        ratio_max_(limits.ratio_max) {}

  Result<std::size_t> Read(std::span<char> into) override {
    EDM_TRY(const auto count, source_->Read(into));
    seen_ += count;
    if (seen_ > ratio_bytes_) {
      return Error{Code::kResourceExhausted,
                   "upload",
                   fmt::format("unpacks to more than {} times its size", ratio_max_),
                   {},
                   "leave out large files of zeros, or raise upload.ratio_max"};
    }
    if (seen_ > total_bytes_) {
      return Error{
          Code::kResourceExhausted,
          "upload",
          fmt::format("unpacks to more than {}", FormatBytes(total_bytes_)),
          {},
          "leave out what the build does not need (.dockerignore), or raise upload.unpacked_bytes_max"};
    }
    return count;
  }

 private:
  const std::unique_ptr<ByteSource> source_;
  const std::uint64_t ratio_bytes_;
  const std::uint64_t total_bytes_;
  const std::uint32_t ratio_max_;
  std::uint64_t seen_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> ReadFile(int fd) { return std::make_unique<FileSource>(fd); }

std::unique_ptr<ByteSource> LimitRatio(std::unique_ptr<ByteSource> source, std::uint64_t packed_bytes,
                                       const IntakeLimits& limits) {
  return std::make_unique<RatioSource>(std::move(source), packed_bytes, limits);
}

}  // namespace edm::master
