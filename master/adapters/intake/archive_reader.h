#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "common/base/result.h"
#include "master/adapters/intake/entry_judge.h"
#include "master/adapters/intake/intake_limits.h"

namespace edm::master {

// The entries of a tar (plain, gzip, zstd) or zip, told apart by content. One thread, in order.
class ArchiveReader {
 public:
  using DataSink = std::function<Status(std::uint64_t offset, std::string_view bytes)>;

  // `fd` stays the caller's and must live as long. `size`: of the upload, in bytes.
  static Result<std::unique_ptr<ArchiveReader>> Open(int fd, std::uint64_t size, const IntakeLimits& limits);
  virtual ~ArchiveReader() = default;

  // None at the end, which is reached only where the archive says so and nothing but padding follows.
  virtual Result<std::optional<ArchiveEntry>> Next() = 0;
  // The content of the last entry; the holes of a sparse file are not given.
  virtual Status Data(const DataSink& sink) = 0;
};

}  // namespace edm::master
