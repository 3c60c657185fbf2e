#include <zlib.h>

#include <array>

#include "master/adapters/intake/byte_source.h"

namespace edm::master {
namespace {

class GunzipSource final : public ByteSource {
 public:
  explicit GunzipSource(std::unique_ptr<ByteSource> packed) : packed_(std::move(packed)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    EDM_ASSERT(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~GunzipSource() override { inflateEnd(&stream_); }
  GunzipSource(const GunzipSource&) = delete;
  GunzipSource& operator=(const GunzipSource&) = delete;

  Result<std::size_t> Read(std::span<char> into) override {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    while (stream_.avail_out == into.size()) {
      if (stream_.avail_in == 0 && !ended_) EDM_CHECK(Fill());
      if (between_members_) {
        if (ended_) return std::size_t{0};
        inflateReset(&stream_);
        between_members_ = false;
      }
      if (ended_ && stream_.avail_in == 0) return DamagedUpload("is cut off: the gzip stream has no end");
      const auto code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
        members_ = true;
      } else if (code == Z_MEM_ERROR) {
        return Error{
            Code::kResourceExhausted, "upload", "cannot be unpacked: no memory", {}, "try again later"};
      } else if (code != Z_OK) {
        return members_ && stream_.total_in < 10
                   ? DamagedUpload("has bytes after the end of its gzip stream")
                   : DamagedUpload("is damaged: its gzip stream cannot be unpacked");
      }
    }
    return into.size() - stream_.avail_out;
  }

 private:
  Status Fill() {
    EDM_TRY(const auto count, packed_->Read(input_));
    ended_ = count == 0;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return Ok();
  }

  const std::unique_ptr<ByteSource> packed_;
  z_stream stream_{};
  std::array<char, 64 * 1024> input_;
  bool ended_ = false;
  bool between_members_ = false;
  bool members_ = false;
};

}  // namespace

Error DamagedUpload(std::string_view cause) {
  return Error{Code::kInvalidArgument, "upload", std::string(cause), {}, "pack and send it again"};
}

std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<GunzipSource>(std::move(packed));
}

}  // namespace edm::master
