#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm {

// A long secret under a passphrase: Argon2id makes a key of it, libsodium's secretstream closes frame after
// frame, and the last one says that it is the last. So a byte that was changed, a frame that is missing,
// repeated or moved, and an end that was cut off are all found, and memory stays bounded by a frame.
//
//   "edm sealed 1\n" | ops, KiB of Argon2id (u32, little-endian) | salt | header of secretstream | frames
//
// A frame is kFrameBytes of plain text (the last one: fewer) and 17 bytes.
inline constexpr std::size_t kFrameBytes = 64 * 1024;
inline constexpr std::size_t kPassphraseBytesMin = 8;
inline constexpr std::size_t kPassphraseBytesMax = 1024;

// What deriving the key costs. Told in the file: a reader takes no more than the limits below.
struct SealCost {
  std::uint32_t operations = 3;
  std::uint32_t memory_kib = 256 * 1024;
};
inline constexpr SealCost kSealCostMax{16, 1024 * 1024};

// Puts sealed bytes in order. Blocking; an error ends the writing.
using ByteSink = std::function<Status(std::string_view bytes)>;
// Fills `into` as far as there is something, and returns how many bytes: fewer than asked for only at the
// end.
using ByteFill = std::function<Result<std::size_t>(char* into, std::size_t size)>;

// One thread.
class SealedWriter {
 public:
  // kInvalidArgument: the passphrase is too short or too long; kResourceExhausted: no memory for its key.
  static Result<SealedWriter> Begin(std::string_view passphrase, ByteSink sink, SealCost cost = {});
  ~SealedWriter();
  SealedWriter(SealedWriter&&) noexcept;
  SealedWriter& operator=(SealedWriter&&) noexcept;

  Status Write(std::string_view plain);
  Status Finish();  // without it the file is no whole one

 private:
  struct State;
  explicit SealedWriter(std::unique_ptr<State> state);
  Status Seal(std::string_view plain, bool last);
  std::unique_ptr<State> state_;
};

// One thread.
class SealedReader {
 public:
  // kDataLoss: not such a file. Whether the passphrase fits shows with the first frame.
  static Result<SealedReader> Begin(std::string_view passphrase, ByteFill fill);
  ~SealedReader();
  SealedReader(SealedReader&&) noexcept;
  SealedReader& operator=(SealedReader&&) noexcept;

  // The plain text of the next frame; "" once the whole of the file was proved to be there.
  // kPermissionDenied: of the first frame: another passphrase, or a damaged file; kDataLoss: of a later one.
  Result<std::string> Next();

 private:
  struct State;
  explicit SealedReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace edm
