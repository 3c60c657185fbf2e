#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "common/base/result.h"
#include "master/adapters/intake/intake_limits.h"

namespace edm::master {

// Bytes in order. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual Result<std::size_t> Read(std::span<char> into) = 0;  // 0: the end
};

// The bytes of an open file from its start; the descriptor stays the caller's.
std::unique_ptr<ByteSource> ReadFile(int fd);

// Unzips all members; checks their checksums and refuses what follows them. libarchive's own filter does
// neither.
std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> packed);

// Of packed bytes that do not unpack.
Error DamagedUpload(std::string_view cause);

// Unpacks zstd frames, by libarchive, which refuses what is cut off or follows.
Result<std::unique_ptr<ByteSource>> Unzstd(std::unique_ptr<ByteSource> packed);

// Ends with kResourceExhausted once more bytes come than `packed_bytes` may expand to, so that a bomb is met
// while it unpacks.
std::unique_ptr<ByteSource> LimitRatio(std::unique_ptr<ByteSource> source, std::uint64_t packed_bytes,
                                       const IntakeLimits& limits);

}  // namespace edm::master
